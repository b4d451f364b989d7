/** What administrators do on the desk: open a list, open a row, fill a described form. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { look, settled } from './look.ts'
import { dialog } from './desk.ts'

/** Opens an address of the desk, waits for its heading and examines it. */
export async function open(page: Page, path: string, title: string | RegExp, shot?: string): Promise<void> {
  await page.goto(`/desk${path}`)
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  await settled(page)
  if (shot) await look(page, shot)
}

/** The rows of the list on the page. */
export const rows = (page: Page) => page.locator('main tbody tr')

/** Opens the row that says `text`. */
export async function openRow(page: Page, text: string | RegExp): Promise<void> {
  await rows(page).filter({ hasText: text }).first().getByRole('link').first().click()
  // The way back stands on the page of one thing, not on its list.
  await page.locator('.dh__back').waitFor()
  await settled(page)
}

/** Types into a search box and takes the first that is offered. The list closes when a page that is still coming takes the focus: then again, as a person would. */
export async function pick(page: Page, label: string, text: string): Promise<void> {
  const box = page.getByRole('combobox', { name: label })
  await expect.poll(async () => {
    await box.fill('')
    await box.fill(text)
    return page.getByRole('option').filter({ hasText: text }).first().click({ timeout: 5_000 }).then(() => true, () => false)
  }, { message: `${text} is offered at ${label}` }).toBe(true)
}

/** Reads what is shown once and closes it. */
export async function readOnce(page: Page, label: string): Promise<string> {
  await dialog(page).getByLabel(label, { exact: true }).waitFor()
  const value = await dialog(page).getByLabel(label, { exact: true }).inputValue()
  await dialog(page).getByRole('button', { name: '我已记下' }).click()
  await dialog(page).waitFor({ state: 'detached' })
  return value
}
