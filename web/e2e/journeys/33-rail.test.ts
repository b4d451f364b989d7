/** The rail of somebody with many functions: groups that fold and stay as they were left, and a page found by its name without the mouse. */
import { afterAll, beforeAll, expect } from 'vitest'
import { focused } from '../support/keyboard.ts'
import { look, settled } from '../support/look.ts'
import { closeBrowser, type Person, quiet, staff } from '../support/people.ts'
import { railLink } from '../support/rail.ts'
import { story } from '../support/story.ts'

const it = story('rail')
let admin: Person
beforeAll(async () => { admin = await staff('sysadmin') })
afterAll(closeBrowser)

it('folds a group with the keyboard and keeps it folded (req: OPS-037)', async () => {
  const { page } = admin
  await settled(page)
  await (await railLink(page, '机构')).waitFor()
  const heading = page.getByRole('navigation', { name: '功能' }).getByRole('button', { name: '组织和人员' })
  await heading.focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => heading.getAttribute('aria-expanded')).toBe('false')
  await look(page, 'desk-rail-folded')
  await page.reload()
  await settled(page)
  await expect.poll(() => heading.getAttribute('aria-expanded')).toBe('false')
  quiet(admin)
})

it('opens a page by its name from anywhere, also from within a field (req: OPS-037)', async () => {
  const { page } = admin
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: '找功能' }).waitFor()
  await expect.poll(async () => (await focused(page)).id).toMatch(/-box$/)
  await page.keyboard.type('岗位')
  await expect.poll(() => page.getByRole('dialog', { name: '找功能' }).getByRole('option', { selected: true }).innerText()).toContain('岗位和权限')
  await look(page, 'desk-jump')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: '岗位和权限' }).waitFor()
  // The last entries of a long rail are brought into view.
  await page.keyboard.press('Control+k')
  await page.keyboard.type('工作日历')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: '工作日历' }).waitFor()
  const entry = page.getByRole('navigation', { name: '功能' }).getByRole('link', { name: '工作日历' })
  await expect.poll(() => entry.evaluate((each) => each.getBoundingClientRect().bottom <= innerHeight)).toBe(true)
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('dialog[open]').count()).toBe(0)
  quiet(admin)
})
