/** What a case costs and how its result travels: reviewed at the window, paid by the citizen, invoiced, compared; sent by courier and followed. */
import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { answer, dialog } from '../support/desk.ts'
import { open, rows } from '../support/admin.ts'
import { file, type Filed } from '../support/filing.ts'
import { look, settled } from '../support/look.ts'
import { api, base, citizen, closeBrowser, outside, type Person, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('fulfilment')
const SLUG = 'real-estate-transfer'
let owner: Person
let clerk: Person
let approver: Person
let filed: Filed
afterAll(closeBrowser)

const version = async (who: Person, id: string) => (await api<{ version: number }>(who, 'GET', `/cases/${id}`)).version
const accept = async (id: string) => api(clerk, 'POST', `/cases/${id}/accept`, { version: await version(clerk, id), note: '', tolerated: [] })
interface Fee { state: string; version: number }
/** The fee of a case once it is in a state: it is computed and booked by work done in the background. */
async function feeIs(who: Person, id: string, state: string): Promise<Fee> {
  let fee: Fee | null = null
  await expect.poll(async () => {
    fee = (await api<{ fee: Fee | null }>(who, 'GET', `/cases/${id}/fee`)).fee
    return fee?.state
  }, { timeout: 60_000 }).toBe(state)
  return fee as unknown as Fee
}
/** Picks something in a dialog by what is typed. */
async function pickIn(page: Page, label: string, text: string, shown = text): Promise<void> {
  await dialog(page).getByRole('combobox', { name: label }).fill(text)
  await dialog(page).getByRole('option').filter({ hasText: shown }).first().click()
}
/** Does the open step of a case by whoever has it. */
async function step(login: string, id: string, outcome: string): Promise<void> {
  const who = await staff(login)
  const waiting = async () => (await api<{ version: number; my_task: { id: string } | null }>(who, 'GET', `/cases/${id}`))
  await expect.poll(async () => (await waiting()).my_task !== null, { timeout: 60_000 }).toBe(true)
  const now = await waiting()
  await api(who, 'POST', `/cases/${id}/tasks/${now.my_task?.id ?? ''}/complete`, { version: now.version, outcome, opinion: '符合要求' })
  await who.context.close()
}

it('computes what a case costs and has it reviewed at the window (req: CASE-026)', async () => {
  owner = await citizen('李明')
  clerk = await staff('clerk-estate')
  filed = await file(owner, SLUG)
  await accept(filed.id)
  await feeIs(clerk, filed.id, 'to_review')
  const { page } = clerk
  await page.goto(`/desk/cases/${filed.id}?view=fee`)
  await page.getByRole('heading', { name: '80.00 元' }).waitFor()
  await look(page, 'desk-fee-to-review')
  await page.getByRole('button', { name: '核价', exact: true }).click()
  await dialog(page).waitFor()
  await look(page, 'desk-fee-review')
  // Another amount without a reason is refused with the way out.
  await dialog(page).getByLabel('不动产登记费（住宅）（元）').fill('60')
  await dialog(page).getByRole('button', { name: '核价', exact: true }).click()
  await dialog(page).getByText('写明改动的理由').first().waitFor()
  await dialog(page).getByLabel('不动产登记费（住宅）（元）').fill('80.00')
  await answer(page, '核价')
  await page.getByText('待缴费').first().waitFor()
  await settled(page)
  await look(page, 'desk-fee-due')
  quiet(clerk)
})

it('lets the citizen pay on the page of the case (req: CASE-026)', async () => {
  const { page } = owner
  await page.goto(`/my/cases/${filed.id}`)
  await page.getByText('请缴 80.00 元').waitFor()
  await page.getByText('怎么算的', { exact: true }).click()
  await look(page, 'portal-fee-due')
  await page.getByRole('button', { name: '去缴费' }).click()
  await page.getByRole('button', { name: '确认支付' }).click()
  await page.waitForURL(`${base}/my/cases/${filed.id}`)
  await page.getByText('已缴 80.00 元').waitFor()
  await page.getByRole('link', { name: '缴费凭证' }).first().waitFor()
  await look(page, 'portal-fee-paid')
  quiet(owner)
})

it('notes the invoice, lists fees and compares the day (req: CASE-026)', async () => {
  const { page } = clerk
  await page.goto(`/desk/cases/${filed.id}?view=fee`)
  await page.getByRole('button', { name: '登记票据' }).click()
  await dialog(page).getByLabel('票据代码').fill('44060126')
  await dialog(page).getByLabel('票据号码').fill('0000123456')
  await answer(page, '登记票据')
  await page.getByText('0000123456').first().waitFor()
  await look(page, 'desk-fee-paid')
  await open(page, '/fees', '收费管理', 'desk-fees')
  await rows(page).filter({ hasText: '80.00 元' }).first().waitFor()
  quiet(clerk)
  approver = await staff('approver-estate')
  await open(approver.page, '/fees/statements', '对账')
  await approver.page.getByRole('button', { name: '对一天的账' }).click()
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date())
  await dialog(approver.page).getByLabel('日期').fill(today)
  await answer(approver.page, '对一天的账')
  await rows(approver.page).filter({ hasText: today }).first().waitFor()
  await look(approver.page, 'desk-fee-statements')
  quiet(approver)
})

it('sends the result by courier and follows it to the signature (req: CASE-028, CASE-030)', async () => {
  const { version: own } = await api<{ version: number }>(owner, 'GET', `/my/cases/${filed.id}`)
  await api(owner, 'PUT', `/my/cases/${filed.id}/delivery`, { version: own, way: 'post', address: { name: '李明', phone: '19900000002', region: '449902000000', address: '示例街道文园路 5 号 1 栋 601 室' } })
  await step('reviewer-estate', filed.id, 'pass')
  await step('approver-estate', filed.id, 'granted')
  await step('maker-estate', filed.id, 'pass')
  await expect.poll(async () => (await api<{ state: string }>(clerk, 'GET', `/cases/${filed.id}`)).state, { timeout: 60_000 }).toBe('closed')
  const { page } = clerk
  await open(page, '/shipments', '寄递管理')
  await page.getByRole('button', { name: '寄结果' }).click()
  const box = dialog(page).getByRole('combobox', { name: '要寄的办件' })
  await box.fill(filed.case_number)
  await dialog(page).getByRole('option').first().click()
  await look(page, 'desk-shipment-new')
  await answer(page, '寄结果')
  const row = rows(page).filter({ hasText: '国有建设用地' }).first()
  await row.waitFor()
  // The order goes out in the background.
  await expect.poll(async () => {
    await page.reload()
    await row.waitFor()
    return row.innerText()
  }, { timeout: 60_000 }).toContain('待揽收')
  await look(page, 'desk-shipments')
  const waybill = /YB\d{11}/.exec(await row.innerText())?.[0] ?? ''
  expect(waybill).not.toBe('')
  for (let i = 0; i < 3; i += 1) await fetch(`${outside}/courier/orders/${waybill}/advance`, { method: 'POST' })
  await row.getByRole('link').first().click()
  await page.getByRole('button', { name: '查最新物流' }).click()
  await page.getByText('已签收').first().waitFor()
  await look(page, 'desk-shipment')
  quiet(clerk)
  await owner.page.goto(`/my/cases/${filed.id}`)
  await owner.page.getByRole('heading', { name: '寄给您的包裹' }).waitFor()
  await owner.page.getByText(waybill).waitFor()
  await look(owner.page, 'portal-parcel')
  quiet(owner)
})

it('sends boxes to the archive at once (req: CASE-030)', async () => {
  const { page } = clerk
  await open(page, '/shipments/archive', '寄档案')
  await page.getByLabel('寄什么').fill('2026 年第四季度登记档案')
  for (const [side, values] of [['sender', ['示例市不动产登记中心', '0679-8800216', '449900000000', '示例市政务服务中心']], ['receiver', ['示例市档案馆', '0679-8800999', '449900000000', '示例市档案路 1 号']]] as const) {
    for (const [at, part] of (['name', 'phone', 'region', 'address'] as const).entries()) await page.locator(`#ar-${side}-${part}`).fill(values[at] ?? '')
  }
  await page.locator('#ar-boxes').fill('第 1 箱，2500\n第 2 箱')
  await page.getByRole('button', { name: '下单', exact: true }).click()
  await page.getByText('第 2 行看不懂').waitFor()
  await look(page, 'desk-archive-wrong')
  await page.locator('#ar-boxes').fill('第 1 箱，2500\n第 2 箱，3000')
  await page.getByRole('button', { name: '下单', exact: true }).click()
  await page.waitForURL(/kind=archive/)
  await expect.poll(() => rows(page).count()).toBe(2)
  await look(page, 'desk-archive-list')
  quiet(clerk)
})

it('hands paper over by its code (req: CASE-024)', async () => {
  const { page } = clerk
  await open(page, '/hand-overs', '材料交接')
  await page.getByRole('button', { name: '新交接单' }).first().click()
  await pickIn(page, '接收机构', '示例市政务服务中心')
  await pickIn(page, '办件', filed.case_number, '国有建设用地')
  await dialog(page).getByLabel('材料', { exact: false }).last().fill('不动产权证书（原件），1\n买卖合同，2')
  await look(page, 'desk-hand-over-new')
  await answer(page, '新交接单')
  await page.waitForURL(/hand-overs\/[0-9a-f-]{36}/)
  const number = await page.locator('h1').innerText()
  await page.getByRole('button', { name: '签出', exact: true }).click()
  await answer(page, '签出')
  await page.getByText('待签收').first().waitFor()
  await look(page, 'desk-hand-over-sent')
  quiet(clerk)
  const receiver = await staff('maker-city')
  await open(receiver.page, '/hand-overs/receive', '扫码签收')
  await look(receiver.page, 'desk-hand-over-receive')
  await receiver.page.locator('#rh-code').fill(`${base}/desk/hand-overs/receive?code=${number}`)
  await receiver.page.locator('#rh-code').press('Enter')
  await dialog(receiver.page).getByText('有少的').click()
  await dialog(receiver.page).getByLabel(/买卖合同/).fill('1')
  await dialog(receiver.page).getByLabel('签收备注').fill('少一份合同，已电话告知')
  await look(receiver.page, 'desk-hand-over-short')
  await answer(receiver.page, '签收')
  await receiver.page.getByText('签收有缺').first().waitFor()
  await open(receiver.page, '/hand-overs', '材料交接')
  await receiver.page.getByText('1 份签收有缺').waitFor()
  await look(receiver.page, 'desk-hand-overs')
  quiet(receiver)
})
