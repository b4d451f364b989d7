/** A system of another department is registered, granted, given a secret once, switched on; every call is in the ledger. */
import { afterAll, expect } from 'vitest'
import { open, readOnce } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { look } from '../support/look.ts'
import { closeBrowser, type Person, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('exchange')
let admin: Person
afterAll(closeBrowser)

it('is registered switched off (req: IDENT-011)', async () => {
  admin = await staff('sysadmin')
  const { page } = admin
  await open(page, '/systems', '接入系统', 'desk-systems')
  await page.getByRole('link', { name: '登记系统', exact: true }).click()
  await page.getByRole('button', { name: '登记系统', exact: true }).click()
  await page.locator('.tb-errsum').waitFor()
  await look(page, 'desk-system-new')
  await page.getByLabel('应用标识').fill('journey')
  await page.getByLabel('系统名称').fill('示例区学位申请系统')
  await page.getByLabel('主管单位').selectOption({ index: 1 })
  await page.getByLabel('联系人').fill('陈志远')
  await page.getByLabel('联系电话').fill('13800000001')
  await page.getByLabel('用途').fill('报名时核对家长的姓名。')
  await page.getByLabel('允许的网络').fill('127.0.0.0/8')
  await page.getByRole('button', { name: '登记系统', exact: true }).click()
  await page.waitForURL(/\/desk\/systems\/[0-9a-f-]{36}/)
  quiet(admin)
})

it('gets a secret that is shown once, and is switched on with a reason (req: IDENT-011)', async () => {
  const { page } = admin
  await page.getByRole('button', { name: '发一个新密钥' }).click()
  await dialog(page).getByRole('button', { name: '发出密钥' }).click()
  const secret = await readOnce(page, '密钥')
  expect(secret.length).toBeGreaterThan(15)
  await expect.poll(() => page.locator('main').innerText()).not.toContain(secret)
  const on = page.locator('main').getByRole('button', { name: '启用', exact: true })
  if (await on.count()) {
    await on.click()
    await dialog(page).getByLabel('原因').fill('验收通过，开始对接')
    await answer(page, '启用系统')
  }
  await look(page, 'desk-system')
  quiet(admin)
})

it('every call stands in the ledger; reports upwards beside it (req: IDENT-038)', async () => {
  const { page } = admin
  await open(page, '/exchange', '对接台账', 'desk-ledger')
  await open(page, '/exchange/reports', '对接台账', 'desk-reports')
  quiet(admin)
})

it('is set up for sign-on only with an address to come back to (req: IDENT-006)', async () => {
  const { page } = admin
  await open(page, '/sign-on', '统一登录', 'desk-sign-on')
  await page.getByRole('link', { name: '开通一个系统' }).click()
  await page.getByRole('heading', { level: 1, name: '开通统一登录' }).waitFor()
  await look(page, 'desk-sign-on-new')
  await page.locator('main tbody tr').filter({ hasText: '示例区学位申请系统' }).getByRole('link').first().click()
  await page.getByRole('button', { name: '保存设置' }).click()
  await page.locator('.tb-errsum').waitFor()
  expect(await page.locator('.tb-errsum').innerText()).toContain('回调地址')
  await look(page, 'desk-sign-on-form')
  await page.locator('input[name="form-sign_on"][value="no"]').check()
  await page.getByRole('button', { name: '保存设置' }).click()
  await page.locator('.dh__back').waitFor()
  await expect.poll(() => page.locator('main').innerText()).toContain('没有开通')
  await look(page, 'desk-sign-on-client')
  quiet(admin)
})

it('the signing key is changed with a reason; the old one goes on verifying (req: IDENT-006)', async () => {
  const one = await staff('secadmin')
  const { page } = one
  await open(page, '/sign-on/keys', '签名密钥')
  for (let round = 0; round < 2; round += 1) {
    await page.getByRole('button', { name: '更换密钥' }).click()
    await dialog(page).getByLabel('原因').fill('定期更换')
    await answer(page, '更换密钥')
  }
  await expect.poll(() => page.locator('main').innerText()).toContain('只验证')
  await look(page, 'desk-sign-on-keys')
  quiet(one)
})
