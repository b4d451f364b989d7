/** Everybody keeps the own account: password, second factor, where one is signed in. */
import { afterAll, expect } from 'vitest'
import { open, rows } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { look } from '../support/look.ts'
import { closeBrowser, PASSWORD, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('account')
afterAll(closeBrowser)

it('sees where one is signed in and every sign-in before (req: IDENT-007)', async () => {
  const one = await staff('clerk')
  const { page } = one
  await page.locator('.dk-me').click()
  await page.getByRole('link', { name: '我的账号' }).click()
  await page.getByRole('heading', { level: 1, name: '我的账号' }).waitFor()
  await expect.poll(() => page.locator('main').innerText()).toContain('就是这里')
  await look(page, 'desk-account')
  await open(page, '/account/sign-ins', '登录记录', 'desk-sign-ins')
  expect(await rows(page).count()).toBeGreaterThan(0)
  quiet(one)
})

it('a wrong password is refused in the form, the input stays (req: OPS-027)', async () => {
  const one = await staff('clerk')
  const { page } = one
  await open(page, '/account', '我的账号')
  await page.getByRole('button', { name: '修改密码', exact: true }).click()
  await dialog(page).getByLabel('现在的密码').fill('not-the-password')
  await dialog(page).getByLabel('新密码', { exact: true }).fill('Hai-Yan-2026-xyz')
  await dialog(page).getByLabel('再输一次新密码').fill('Hai-Yan-2026-xyz')
  await dialog(page).getByRole('button', { name: '修改密码', exact: true }).click()
  await dialog(page).locator('.tb-errsum').waitFor()
  await look(page, 'desk-password')
  expect(await dialog(page).getByLabel('新密码', { exact: true }).inputValue()).toBe('Hai-Yan-2026-xyz')
  quiet(one)
})

it('binds an authenticator after the password (req: OPS-027)', async () => {
  const one = await staff('clerk')
  const { page } = one
  await open(page, '/account', '我的账号')
  await page.getByRole('button', { name: '开启第二重验证' }).click()
  await dialog(page).getByLabel('现在的密码').fill(PASSWORD)
  await dialog(page).getByRole('button', { name: '下一步' }).click()
  await page.getByAltText('绑定验证器的二维码').waitFor()
  await look(page, 'desk-second-factor')
  quiet(one)
})

it('lays the own start page out by keyboard and goes back to that of the post (req: IDENT-031, CASE-001)', async () => {
  const one = await staff('clerk')
  const { page } = one
  await page.getByRole('link', { name: '布置工作台' }).click()
  await page.getByRole('heading', { level: 1, name: '布置工作台' }).waitFor()
  await look(page, 'desk-arrange')
  const first = page.locator('.ar__card').filter({ hasText: '我的待办' })
  await expect.poll(() => first.innerText()).toContain('宽 8')
  await first.getByRole('button', { name: /加宽/ }).focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => first.innerText()).toContain('宽 9')
  await page.locator('.ar__card').filter({ hasText: '本周' }).getByRole('button', { name: /拿掉/ }).click()
  await expect.poll(() => page.locator('.ar__spare').innerText()).toContain('本周')
  await page.getByRole('button', { name: '保存布置' }).click()
  await page.locator('.wb-laid').waitFor()
  expect(await page.locator('main').innerText()).not.toContain('按时办结')
  await look(page, 'desk-workbench-own')
  await page.getByRole('link', { name: '布置工作台' }).click()
  await page.getByRole('button', { name: '恢复默认' }).click()
  await answer(page, '恢复默认')
  await expect.poll(() => page.locator('main').innerText()).toContain('按时办结')
  quiet(one)
})

it('a sign-on request that is over says so, and leads back (req: IDENT-006)', async () => {
  const one = await staff('clerk')
  const { page } = one
  await page.goto('/desk/consent?request=0199a5c2-7d1e-7c40-9a55-6f0b2f1f8d11')
  await page.getByText('这次登录请求用不了').waitFor()
  await look(page, 'desk-consent-gone')
  quiet(one)
})

it('sees which blanks were used and written off (req: LIC-025)', async () => {
  const one = await staff('clerk')
  await open(one.page, '/stock', '空白证', 'desk-stock')
  quiet(one)
})
