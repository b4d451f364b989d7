/** Elder mode of the portal: large words, large targets, the same services. */
import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { look, stillFits } from '../support/look.ts'
import { citizen, closeBrowser, type Person, person, quiet, RESTAURANT } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('elder')
const BODY = 20
/** Dates, sources, hints. */
const META = 18
const TARGET = 60
let elder: Person
afterAll(closeBrowser)

/** Controls that are too small; links inside a sentence are text. */
const small = (page: Page) => page.evaluate((least) => [...document.querySelectorAll<HTMLElement>('a, button, input:not([type="hidden"]), select, textarea, summary')]
  .filter((each) => {
    const style = getComputedStyle(each)
    const box = each.getBoundingClientRect()
    return box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && !each.closest('.tb-vh') && !each.classList.contains('tb-skip')
  })
  .filter((each) => !(each.tagName === 'A' && each.closest('p, li p, dd, nav.tb-crumb')))
  // A radio or checkbox is as large as the row that can be pressed.
  .filter((each) => (each.closest('label') ?? each).getBoundingClientRect().height < least - 0.5)
  .map((each) => `${each.tagName.toLowerCase()}.${each.className} ${(each.innerText || each.getAttribute('aria-label') || each.id).trim().slice(0, 16)} = ${Math.round((each.closest('label') ?? each).getBoundingClientRect().height)}`), TARGET)

/** Text that is too small to read without glasses. */
const tiny = (page: Page) => page.evaluate(() => {
  const body = Number.parseFloat(getComputedStyle(document.body).fontSize)
  const main = [...document.querySelectorAll<HTMLElement>('main p, main li, main dd, main label')].filter((each) => each.offsetHeight > 0 && !each.closest('.tb-vh')).map((each) => Number.parseFloat(getComputedStyle(each).fontSize))
  return { body, least: Math.min(body, ...main) }
})

it('is switched on from the home page and stays on', async () => {
  elder = await person()
  const { page } = elder
  await page.goto('/')
  await page.getByRole('button', { name: '长辈版' }).click()
  await expect.poll(() => page.locator('html').getAttribute('data-mode')).toBe('elder')
  await page.reload()
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(await page.locator('html').getAttribute('data-mode')).toBe('elder')
  quiet(elder)
})

for (const [path, name] of [['/', 'home'], ['/search?q=津贴', 'search'], ['/items/senior-allowance', 'guide'], ['/progress', 'progress'], ['/help/family', 'family']] as const) {
  it(`${name}: words of ${BODY} px, targets of ${TARGET} px`, async () => {
    const { page } = elder
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      expect.soft((await tiny(page)).body, `${name} at ${width}: body text`).toBeGreaterThanOrEqual(BODY)
      expect.soft((await tiny(page)).least, `${name} at ${width}: smallest text of the page`).toBeGreaterThanOrEqual(META)
      expect.soft(await small(page), `${name} at ${width}: targets`).toEqual([])
    }
    await look(page, `elder-${name}`)
    quiet(elder)
  })
}

it('switching the mode or the size on an open page moves nothing onto anything else', async () => {
  const reader = await citizen(RESTAURANT)
  const { page } = reader
  for (const [path, name] of [['/', 'home'], ['/items/food-operation-permit', 'guide'], ['/search?q=食品', 'search'], ['/my/cases', 'cases'], ['/my/account', 'account'], ['/verify', 'verify']] as const) {
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
    await page.waitForLoadState('networkidle')
    await page.getByRole('button', { name: '长辈版' }).first().click()
    await expect.poll(() => page.locator('html').getAttribute('data-mode')).toBe('elder')
    await stillFits(page, `switched-elder-${name}`)
    await page.getByRole('button', { name: '无障碍' }).first().click()
    for (let i = 0; i < 3; i += 1) await page.getByRole('button', { name: '放大字' }).click()
    await expect.poll(() => page.locator('html').evaluate((each) => each.style.fontSize)).toBe('150%')
    await stillFits(page, `switched-elder-large-${name}`)
    await page.locator('.tb-util').getByRole('button', { name: /长辈版|普通版|标准版/ }).click()
    await expect.poll(() => page.locator('html').getAttribute('data-mode')).toBe(null)
    await stillFits(page, `switched-large-${name}`)
    await page.locator('.pt-bar').getByRole('button', { name: '恢复' }).click()
    await expect.poll(() => page.locator('html').evaluate((each) => each.style.fontSize)).toBe('')
  }
  quiet(reader)
})

it('English, more contrast and dark colours pass as well', async () => {
  for (const [settings, name] of [[{ locale: 'en' }, 'english'], [{ contrast: true }, 'contrast'], [{ dark: true }, 'dark'], [{ size: 150 }, 'large']] as const) {
    const reader = await person()
    await reader.context.addInitScript((chosen) => { if (location.protocol === 'http:') localStorage.setItem('tb-settings', JSON.stringify(chosen)) }, settings)
    for (const path of ['/', '/items/food-operation-permit', '/progress']) {
      await reader.page.goto(path)
      await reader.page.getByRole('heading', { level: 1 }).waitFor()
      await look(reader.page, `${name}${path.replaceAll('/', '-')}`)
    }
    quiet(reader)
    await reader.context.close()
  }
})
