/** The eight steps of an application. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

export const heading = (page: Page) => page.locator('#step-title')

/** Waits until a step is open. */
export async function onStep(page: Page, name: string): Promise<void> {
  await expect.poll(() => heading(page).innerText().catch(() => ''), { timeout: 20_000, message: `step ${name}` }).toBe(name)
}

export async function next(page: Page, name = '保存并继续'): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

/** The error summary has the focus and its first line leads to the field. */
export async function expectSummary(page: Page, field: string): Promise<void> {
  const summary = page.locator('.tb-errsum')
  await summary.waitFor()
  await expect.poll(() => summary.evaluate((each) => each === document.activeElement), { message: 'the error summary takes the focus' }).toBe(true)
  expect.soft(await page.title(), `the title says that something is wrong (${field})`).toMatch(/^错误/)
  await summary.locator(`a[href="#${field}"]`).click()
  await expect.poll(() => page.evaluate(() => document.activeElement?.id), { message: 'the line leads to its field' }).toBe(field)
}
