/** A clerk without a mouse: signs in, opens a case, accepts it (WCAG 2.1.1, 2.4.3, 2.4.7). */
import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { dialog, stateOf } from '../support/desk.ts'
import { file, type Filed } from '../support/filing.ts'
import { citizen, closeBrowser, PASSWORD, type Person, person, quiet, RESTAURANT } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('keyboard')
const STEPS = 200
let clerk: Person
let filed: Filed
afterAll(closeBrowser)

const focused = (page: Page) => page.evaluate(() => {
  const at = document.activeElement as HTMLElement | null
  const style = at ? getComputedStyle(at) : null
  const box = at?.closest('label, .tb-option, .dk-seg label')
  const boxStyle = box ? getComputedStyle(box) : null
  // The parts of the browser's own date box show the focus themselves.
  const own = at instanceof HTMLInputElement && at.type === 'date'
  const shows = (each: CSSStyleDeclaration | null) => !!each && ((each.outlineStyle !== 'none' && Number.parseFloat(each.outlineWidth) > 0) || each.boxShadow !== 'none')
  return { id: at?.id ?? '', text: (at?.getAttribute('aria-label') ?? at?.innerText ?? '').trim(), tag: at?.tagName ?? '', href: at?.getAttribute('href') ?? '', seen: own || shows(style) || shows(boxStyle) }
})

/** Presses Tab until `found` says so; every stop on the way must be visible. */
async function tabTo(page: Page, what: string, found: (at: Awaited<ReturnType<typeof focused>>) => boolean, key = 'Tab'): Promise<void> {
  const blind: string[] = []
  for (let i = 0; i < STEPS; i += 1) {
    await page.keyboard.press(key)
    const at = await focused(page)
    if (at.tag !== 'BODY' && at.tag !== 'IFRAME' && !at.seen) blind.push(`${at.tag} ${at.id} ${at.text.slice(0, 20)}`)
    if (found(at)) {
      expect.soft([...new Set(blind)], `focus that can't be seen on the way to ${what}`).toEqual([])
      return
    }
  }
  throw new Error(`${what} is not reached with ${key}`)
}

it('signs in; the first stop is the way past the frame', async () => {
  filed = await file(await citizen(RESTAURANT))
  clerk = await person()
  const { page } = clerk
  await page.goto('/desk/')
  await page.locator('#login').waitFor()
  await page.keyboard.press('Tab')
  expect((await focused(page)).text).toBe('跳到正文')
  await tabTo(page, 'login', (at) => at.id === 'login')
  await page.keyboard.type('clerk')
  await tabTo(page, 'password', (at) => at.id === 'password')
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'))
  quiet(clerk)
})

it('finds the case with / and opens it with Enter', async () => {
  const { page } = clerk
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('/')
  await expect.poll(async () => (await focused(page)).id).toBe('desk-search')
  await page.keyboard.type(filed.case_number)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/desk\/cases\?/)
  await page.locator('tbody tr').filter({ hasText: filed.case_number.slice(-12) }).waitFor()
  await tabTo(page, 'the case', (at) => at.href.endsWith(filed.id))
  await page.keyboard.press('Enter')
  await page.waitForURL(new RegExp(filed.id))
  await page.locator('.dc-head h1').waitFor()
  quiet(clerk)
})

it('marks points with y, goes on with j, accepts', async () => {
  const { page } = clerk
  const unseen = () => page.locator('.cr-point:not([disabled]) input[value="yes"]:checked').count()
  await page.keyboard.press('y')
  await expect.poll(unseen).toBeGreaterThan(0)
  await page.keyboard.press('j')
  await tabTo(page, '受理', (at) => at.tag === 'BUTTON' && at.text === '受理')
  await page.keyboard.press('Enter')
  await dialog(page).waitFor()
  expect(await dialog(page).evaluate((each) => each.contains(document.activeElement)), 'the dialog has the focus').toBe(true)
  await page.keyboard.press('Escape')
  await dialog(page).waitFor({ state: 'detached' })
  expect((await focused(page)).text, 'the focus comes back to the button').toBe('受理')
  await page.keyboard.press('Enter')
  await dialog(page).waitFor()
  await tabTo(page, '受理 in the dialog', (at) => at.tag === 'BUTTON' && at.text === '受理')
  await page.keyboard.press('Enter')
  await dialog(page).waitFor({ state: 'detached' })
  await expect.poll(() => stateOf(clerk)).not.toMatch(/待受理/)
  quiet(clerk)
})
