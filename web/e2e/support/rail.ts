/** The rail of the desk: groups that fold, and a search that opens a page by its name. */
import type { Locator, Page } from 'playwright-core'

/** An entry of the rail, with every group opened. */
export async function railLink(page: Page, name: string): Promise<Locator> {
  const rail = page.getByRole('navigation', { name: '功能' })
  await rail.getByRole('link').first().waitFor()
  const open = rail.getByRole('button', { name: '全部展开' })
  if (await open.count()) await open.click()
  return rail.getByRole('link', { name, exact: true })
}
