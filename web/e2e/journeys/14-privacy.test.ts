/** A person sees the own data, refuses SMS, asks for deletion; the officer answers; what the law keeps stays. */
import { afterAll, expect } from 'vitest'
import { open, rows } from '../support/admin.ts'
import { look } from '../support/look.ts'
import { citizen, closeBrowser, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('privacy')
afterAll(closeBrowser)
const REASON = '收藏的事项不用了'

it('sees what is held, why, who looked and who got it (req: DATASEC-012)', async () => {
  const one = await citizen('王海燕')
  const { page } = one
  await page.goto('/items/food-operation-permit')
  await page.getByRole('button', { name: /收藏/ }).first().click()
  await page.goto('/my/privacy')
  await page.getByRole('heading', { level: 1, name: '我的个人信息' }).waitFor()
  await page.getByText('账号资料').first().waitFor()
  const text = await page.locator('main').innerText()
  for (const part of ['办件', '收藏', '操作日志', '依法保存', '谁看过', '给过谁']) expect(text).toContain(part)
  await look(page, 'portal-privacy')
  quiet(one)
})

it('turns reminders by SMS off and on again (req: DATASEC-012)', async () => {
  const one = await citizen('王海燕')
  const { page } = one
  await page.goto('/my/privacy')
  await page.getByRole('button', { name: '关闭：短信提醒' }).click()
  await page.getByRole('button', { name: '开启：短信提醒' }).click()
  await page.getByRole('button', { name: '关闭：短信提醒' }).waitFor()
  quiet(one)
})

it('asks for deletion; an empty reason is refused in the form (req: DATASEC-012)', async () => {
  const one = await citizen('王海燕')
  const { page } = one
  await page.goto('/my/privacy')
  await page.locator('summary', { hasText: '收藏' }).click()
  await page.getByRole('button', { name: '要求删除：收藏' }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('button', { name: '提出请求' }).click()
  await form.getByText('请写明情况').waitFor()
  await look(page, 'portal-privacy-ask')
  await form.getByLabel('为什么要删除').fill(REASON)
  await form.getByRole('button', { name: '提出请求' }).click()
  await page.getByText(REASON).waitFor()
  quiet(one)
})

it('the officer answers and it is gone; what the law keeps can only be refused (req: DATASEC-012)', async () => {
  const one = await staff('privacy')
  const { page } = one
  await open(page, '/privacy', '个人信息保护', 'desk-privacy')
  const row = rows(page).filter({ hasText: REASON })
  await row.getByRole('link', { name: /答复/ }).click()
  await page.getByRole('heading', { name: /答复.+的请求/ }).waitFor()
  const places = await page.locator('main').innerText()
  for (const part of ['收藏（对方要求的）', '账号资料', '不能改也不能删的地方', '网络安全法']) expect(places).toContain(part)
  await page.getByLabel('同意，现在删除').check()
  await page.getByLabel('告诉对方的话').fill('已经删除。')
  await look(page, 'desk-privacy-answer')
  await page.getByRole('button', { name: '发出答复' }).click()
  await expect.poll(() => row.innerText()).toContain('已同意')
  expect(await row.innerText()).toContain('收藏：已删除')
  await open(page, '/privacy?view=purposes', '个人信息保护', 'desk-privacy-purposes')
  await open(page, '/privacy?view=assessments', '个人信息保护', 'desk-privacy-assessments')
  quiet(one)
})

it('the answer is there, the data are not (req: DATASEC-012)', async () => {
  const one = await citizen('王海燕')
  const { page } = one
  await page.goto('/my/privacy')
  await page.getByText('已经删除。').first().waitFor()
  expect(await page.locator('summary', { hasText: '收藏' }).count()).toBe(0)
  quiet(one)
})

it('asks for a correction; the officer corrects it, and what was done is told (req: DATASEC-012)', async () => {
  const one = await citizen('王海燕')
  await one.page.goto('/my/privacy')
  await one.page.locator('summary', { hasText: '账号资料' }).click()
  await one.page.getByRole('button', { name: '要求更正：账号资料' }).click()
  const form = one.page.getByRole('dialog')
  await form.getByLabel('哪里不对，应当是什么').fill('手机号换成 19900000088')
  await form.getByRole('button', { name: '提出请求' }).click()
  await one.page.getByText('手机号换成 19900000088').waitFor()
  const two = await staff('privacy')
  const { page } = two
  await open(page, '/privacy?state=open', '个人信息保护')
  await rows(page).filter({ hasText: '手机号换成' }).getByRole('link', { name: /答复/ }).click()
  await page.getByLabel('同意，现在更正').check()
  await page.getByLabel('告诉对方的话').fill('已经更正。')
  // A wrong number is refused at its own field, and nothing is lost.
  await page.getByLabel('正确的内容').fill('123')
  await page.getByRole('button', { name: '发出答复' }).click()
  await page.locator('.tb-errsum').waitFor()
  expect(await page.locator('.tb-errsum').innerText()).toContain('请填写 11 位手机号码')
  expect(await page.getByLabel('告诉对方的话').inputValue()).toBe('已经更正。')
  await look(page, 'desk-privacy-correct')
  await page.getByLabel('正确的内容').fill('19900000088')
  await page.getByRole('button', { name: '发出答复' }).click()
  await expect.poll(() => rows(page).filter({ hasText: '手机号换成' }).innerText()).toContain('已同意')
  await one.page.reload()
  await one.page.getByText(/账号资料：已更正.*改为 199\*{4}0088/).waitFor()
  await look(one.page, 'portal-privacy-done')
  quiet(one)
  quiet(two)
})

it('says plainly that nothing crosses without a zone (req: DATASEC-013)', async () => {
  const one = await staff('sysadmin')
  const { page } = one
  await open(page, '/transfer', '数据摆渡', 'desk-transfer')
  expect(await page.locator('main').innerText()).toContain('没有配置数据交换区')
  quiet(one)
})

it('the auditor searches the logs of everything and checks them (req: DATASEC-007)', async () => {
  const one = await staff('auditor')
  const { page } = one
  await open(page, '/logs?source=access', '日志', 'desk-logs')
  expect(await rows(page).count()).toBeGreaterThan(0)
  await page.getByRole('button', { name: '校验最近 31 天' }).click()
  await expect.poll(() => page.locator('main').innerText()).toMatch(/校验一致：[\d,]+ 批/)
  quiet(one)
})
