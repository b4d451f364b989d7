/** The auditor reads and proves the log; the security administrator closes the loop of a risk; keys and self-check. */
import { afterAll, expect } from 'vitest'
import { open, openRow, rows } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { look } from '../support/look.ts'
import { closeBrowser, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('security')
afterAll(closeBrowser)

it('the auditor searches the log, opens a line, proves the chain (req: DATASEC-008, IDENT-036)', async () => {
  const auditor = await staff('auditor')
  const { page } = auditor
  await open(page, '/audit', '审计', 'desk-audit')
  await page.getByLabel('类别').selectOption('sign_in')
  await page.getByRole('button', { name: '查询' }).click()
  await expect.poll(async () => new Set(await rows(page).locator('td:nth-child(4)').allInnerTexts()).size).toBe(1)
  await openRow(page, /登录/)
  expect(await page.locator('main').innerText()).toContain('校验一致')
  await look(page, 'desk-audit-entry')
  await open(page, '/audit/chain', '审计校验')
  await page.getByRole('button', { name: '校验最近 31 天' }).click()
  await expect.poll(() => page.locator('main').innerText()).toMatch(/校验一致：[\d,]+ 条记录/)
  await look(page, 'desk-audit-chain')
  const table = await auditor.context.request.get('/api/v1/security/audit/export?format=csv&kind=sign_in')
  expect(table.headers()['content-type']).toContain('text/csv')
  expect(await table.text()).not.toContain('曹颖')
  // As it is: only with a reason, asked for in place.
  await open(page, '/audit', '审计')
  await page.getByRole('button', { name: '原样导出' }).click()
  await dialog(page).getByRole('button', { name: '导出文件' }).click()
  await dialog(page).locator('.tb-errsum').waitFor()
  await dialog(page).getByLabel('为什么要原样导出').fill('年度审计抽查')
  await look(page, 'desk-audit-raw')
  const saved = page.waitForEvent('download')
  await dialog(page).getByRole('button', { name: '导出文件' }).click()
  expect((await saved).suggestedFilename()).toMatch(/^audit-.*\.jsonl$/)
  quiet(auditor)
})

it('the security administrator registers a check, and assigns it (req: DATASEC-009)', async () => {
  const one = await staff('secadmin')
  const { page } = one
  await open(page, '/risks', '告警和风险', 'desk-risks')
  await page.getByRole('button', { name: '登记事件' }).click()
  await dialog(page).getByRole('button', { name: '登记事件' }).click()
  await dialog(page).locator('.tb-errsum').waitFor()
  await look(page, 'desk-risk-new')
  await dialog(page).getByLabel('检查', { exact: true }).check()
  await dialog(page).getByLabel('标题').fill('十一月安全检查')
  await dialog(page).getByLabel('说明').fill('按等保要求逐项查一遍。')
  await answer(page, '登记事件')
  await page.waitForURL(/\/desk\/risks\/[0-9a-f-]{36}/)
  await page.getByRole('button', { name: '派发' }).click()
  await dialog(page).waitFor()
  const handler = dialog(page).getByLabel('处置人')
  await handler.selectOption(await handler.locator('option').last().getAttribute('value'))
  await dialog(page).getByLabel('交代什么').fill('本周查完。')
  await answer(page, '派发事件')
  await look(page, 'desk-risk')
  await open(page, '/risks?view=posture', '告警和风险', 'desk-posture')
  quiet(one)
})

it('self-check, cryptography and keys are told with their evidence (req: DATASEC-014, DATASEC-006)', async () => {
  const one = await staff('secadmin')
  const { page } = one
  await open(page, '/protection', '等保自查', 'desk-self-check')
  expect(await rows(page).count()).toBeGreaterThan(5)
  await open(page, '/protection/cryptography', '密码应用', 'desk-cryptography')
  await open(page, '/keys', '密钥', 'desk-keys')
  expect(await page.locator('main').innerText()).toContain('使用中')
  quiet(one)
})
