/** The eight steps of an application. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

export const heading = (page: Page) => page.locator('#step-title')

/** Waits until a step is open. */
export async function onStep(page: Page, name: string): Promise<void> {
  await expect.poll(() => heading(page).innerText().catch(() => ''), { message: `step ${name}` }).toBe(name)
}

export async function next(page: Page, name = '保存并继续'): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

/** The page says that something is wrong where a reader of the tab sees it. */
export async function expectWrongTitle(page: Page): Promise<void> {
  await expect.poll(() => page.title(), { message: 'the title of a refused step' }).toMatch(/^错误：/)
}

/** The error summary has the focus and its first line leads to the field. */
export async function expectSummary(page: Page, field: string): Promise<void> {
  const summary = page.locator('.tb-errsum')
  await summary.waitFor()
  await expect.poll(() => summary.evaluate((each) => each === document.activeElement), { message: 'the error summary takes the focus' }).toBe(true)
  await expectWrongTitle(page)
  await summary.locator(`a[href="#${field}"]`).click()
  await expect.poll(() => page.evaluate(() => document.activeElement?.id), { message: 'the line leads to its field' }).toBe(field)
}
