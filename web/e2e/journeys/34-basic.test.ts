/** The pages without script: with scripts switched off, as very old browsers and text browsers meet them (OPS-021). */
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { file, type Filed } from '../support/filing.ts'
import { look } from '../support/look.ts'
import { api, base, citizen, closeBrowser, openBrowser, person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('basic')
let context: BrowserContext
let page: Page
let filed: Filed
afterAll(closeBrowser)

/** What the page itself has to be; no script runs in it, so the markup as sent is looked at. */
async function plain(name: string): Promise<string> {
  const sent = await page.content()
  expect.soft(sent, `${name}: no script`).not.toMatch(/<script|\son\w+=|javascript:/i)
  expect.soft(await page.getByRole('heading', { level: 1 }).count(), `${name}: one heading`).toBe(1)
  for (const field of await page.locator('input:not([type=hidden]):not([type=submit]), textarea').all()) {
    const id = await field.getAttribute('id')
    expect.soft(await page.locator(`label[for="${id}"]`).count(), `${name}: a label for ${id}`).toBe(1)
  }
  return page.getByRole('main').innerText()
}

/** Answers the sum in words. */
async function answerQuestion(): Promise<void> {
  const digits = '零一二三四五六七八九'
  const found = /([零一二三四五六七八九])(加|减)([零一二三四五六七八九])/.exec(await page.locator('label[for="captcha"]').innerText())
  if (!found) throw new Error('no sum is asked')
  const [a, b] = [digits.indexOf(found[1] ?? ''), digits.indexOf(found[3] ?? '')]
  await page.locator('#captcha').fill(String(found[2] === '加' ? a + b : a - b))
}

const go = (name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click()

it('a browser without script is told where to go, and finds an item and its guide (req: OPS-021)', async () => {
  filed = await file(await citizen(RESTAURANT))
  context = await (await openBrowser()).newContext({ baseURL: base, javaScriptEnabled: false, locale: 'zh-CN', viewport: { width: 1024, height: 768 } })
  page = await context.newPage()
  await page.goto('/')
  await page.locator('noscript').getByRole('link', { name: '简易版' }).click()
  await page.waitForURL('**/basic')
  expect(await plain('home')).toContain('今天要办什么事？')
  await page.locator('#q').fill('开饭店')
  await page.getByRole('button', { name: '搜索' }).click()
  await plain('search')
  await page.getByRole('link', { name: '食品经营许可证核发' }).first().click()
  await page.waitForURL('**/basic/items/food-operation-permit')
  const told = await plain('guide')
  for (const part of ['您要准备的材料', '符合这些条件才能办', '办理过程', '到哪里办', '怎么预约', '设定依据', '不服怎么办', '您的权利和义务', '常见问题', '全部要素']) expect.soft(told).toContain(part)
})

it('answers make the list of materials fit, without script (req: OPS-021)', async () => {
  const sum = async () => /共 (\d+) 份/.exec(await page.getByRole('main').innerText())?.[1]
  const before = await sum()
  const groups = page.locator('form fieldset')
  expect(await groups.count()).toBeGreaterThan(1)
  for (let i = 1; i < (await groups.count()); i += 1) await groups.nth(i).locator('input').first().check()
  await page.getByRole('button', { name: '更新清单' }).click()
  await page.waitForURL(/[?&]s\.[^=]+=/)
  expect(await page.locator('form fieldset input:checked').count()).toBeGreaterThan(1)
  expect(Number(await sum())).toBeGreaterThan(0)
  expect(before).toBeTruthy()
  await plain('guide answered')
})

it('tells the progress by number and code, and mistakes beside their fields (req: OPS-021)', async () => {
  await go('查进度')
  await page.getByRole('button', { name: '查询' }).click()
  await plain('progress errors')
  expect(await page.title()).toMatch(/^错误/)
  expect(await page.locator('.errors a').count()).toBe(3)
  await page.locator('.errors a').first().click()
  expect(new URL(page.url()).hash).toBe('#number')
  await page.locator('#number').fill(filed.case_number)
  await page.locator('#proof').fill('000000')
  await answerQuestion()
  await page.getByRole('button', { name: '查询' }).click()
  await page.locator('#number-error').waitFor()
  expect(await page.locator('#number').inputValue(), 'what was typed stays').toBe(filed.case_number)
  await page.locator('#proof').fill(filed.query_code)
  await answerQuestion()
  await page.getByRole('button', { name: '查询' }).click()
  await page.locator('#result').waitFor()
  const told = await plain('progress result')
  expect(told).toContain('食品经营许可证核发')
  expect(told, 'no personal data').not.toMatch(/王海燕|海燕小厨|19900000001/)
})

it('rates a finished case in one form (req: OPS-021)', async () => {
  const closed = await someClosed()
  await go('服务评价')
  await page.locator('#number').fill(closed.case_number)
  await page.locator('#name').fill(closed.name)
  await page.locator('#stars-1').check()
  await answerQuestion()
  await page.getByRole('button', { name: '提交评价' }).click()
  await page.locator('#reasons-error').waitFor()
  await plain('rating errors')
  expect(await page.locator('#stars-1').isChecked(), 'what was chosen stays').toBe(true)
  await page.locator('input[name="reasons_1"]').first().check()
  await answerQuestion()
  await page.getByRole('button', { name: '提交评价' }).click()
  await page.locator('#result').waitFor()
  expect(await plain('rated')).toContain('谢谢您的评价')
})

/** A case of a citizen that has been closed. */
async function someClosed(): Promise<{ case_number: string; name: string }> {
  const desk = await staff('supervisor')
  for (const state of ['delivered', 'closed']) {
    const { items } = await api<{ items: { id: string; case_number: string }[] }>(desk, 'GET', `/cases?state=${state}&limit=20`)
    const found = items[0]
    if (!found) continue
    const { applicant } = await api<{ applicant: { name: string } }>(desk, 'GET', `/cases/${found.id}`)
    return { case_number: found.case_number, name: applicant.name }
  }
  throw new Error('the demo city has no closed case')
}

it('verifies by number and lists halls, and what is not there has a way out (req: OPS-021)', async () => {
  await go('证照验真')
  await page.locator('#code').fill('JY99999999999999')
  await page.getByRole('button', { name: '验证编号' }).click()
  expect(await plain('verify')).toContain('查无此证')
  await go('办事大厅')
  expect(await plain('halls')).toContain('示例区政务服务中心')
  await page.goto('/basic/items/no-such-item')
  await plain('not found')
  await page.getByRole('main').getByRole('link', { name: '回到首页' }).click()
  await page.waitForURL('**/basic')
  await context.close()
})

it('every plain page passes what a page of the portal has to pass (req: OPS-021)', async () => {
  const seeing = await person()
  for (const path of ['', '/items?q=食品', '/items/food-operation-permit', '/halls', '/progress', '/verify?code=1', '/ratings', '/faqs', '/help', '/accessibility', '/notices']) {
    await seeing.page.goto(`/basic${path}`)
    await look(seeing.page, `basic${path.replaceAll(/[/?=]/g, '-')}`)
  }
  quiet(seeing)
})
