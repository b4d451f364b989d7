/** What staff do on the page of a case. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Person } from './people.ts'

/** Finds a case by its number in the bar at the top and opens it. */
export async function openCase(page: Page, caseNumber: string): Promise<void> {
  await page.locator('#desk-search').fill(caseNumber)
  await page.locator('#desk-search').press('Enter')
  await page.waitForURL(/\/desk\/cases\?/)
  await page.locator('tbody tr').filter({ hasText: caseNumber.slice(-12) }).first().getByRole('link').first().click()
  await page.waitForURL(/\/desk\/cases\/[0-9a-f-]{36}/)
  await page.locator('.dc-head h1').waitFor()
}

/** The primary button in the foot of the right pane. */
export const primary = (page: Page) => page.locator('.ca-first')
export const dialog = (page: Page) => page.locator('dialog[open]')

/** Presses the button that answers a dialog and waits until the dialog is gone. */
export async function answer(page: Page, name: string): Promise<void> {
  await dialog(page).getByRole('button', { name, exact: true }).click()
  await dialog(page).waitFor({ state: 'detached' }).catch(async () => {
    expect(await dialog(page).innerText(), 'the dialog stayed open').toBe('')
  })
}

/** An action under 更多. */
export async function more(page: Page, name: string): Promise<void> {
  await page.locator('.ca-more').click()
  await page.locator('.ca-panel').getByRole('button', { name, exact: true }).click()
  await dialog(page).waitFor()
}

/** Looks at every material and says 符合 to every point. */
export async function tickAll(page: Page): Promise<number> {
  let ticked = 0
  const links = page.locator('.dc-l a[href*="?m="]')
  const count = await links.count()
  for (let i = 0; i < count; i += 1) {
    await links.nth(i).click()
    await expect.poll(() => links.nth(i).getAttribute('aria-current')).toBe('true')
    const points = page.locator('.cr-point:not([disabled]) label.is-yes')
    for (let at = 0; at < (await points.count()); at += 1) {
      await points.nth(at).click()
      ticked += 1
    }
  }
  return ticked
}

/** Ticks the points, writes the opinion, presses the primary button. `next`: the step that is one's own as well. */
export async function complete(page: Page, opinion: string, next?: string): Promise<void> {
  await tickAll(page)
  await page.locator('#opinion').fill(opinion)
  await expect.poll(() => primary(page).isEnabled(), { message: `can't be completed: ${await page.locator('#act-hint').allInnerTexts()}` }).toBe(true)
  await primary(page).click()
  if (next) await page.getByText(`${next}意见`, { exact: true }).waitFor()
  else await page.locator('#opinion').waitFor({ state: 'detached' })
}

/** The state of a case in words, as its page shows it. */
export const stateOf = (who: Person) => who.page.locator('.dc-head .tb-row .tb-tag').first().innerText()
