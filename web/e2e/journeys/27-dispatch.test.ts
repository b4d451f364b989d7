/** An accepted case goes to the department's own system: seen on the case and in the exception list, sent again, taken over by hand, and come back with its licence. */
import { afterAll, expect } from 'vitest'
import { open, rows } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { file, type Filed } from '../support/filing.ts'
import { look } from '../support/look.ts'
import { api, base, citizen, closeBrowser, outside, type Person, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('dispatch')
const SLUG = 'freight-driver-certificate'
interface Dispatch { dispatch: { state: string; problem: string } | null }
let driver: Person
let clerk: Person
let filed: Filed
afterAll(closeBrowser)

/** Tells the department's system how to behave, or what to answer. */
async function over(path: string, body: unknown): Promise<void> {
  const said = await fetch(`${outside}/approval/dept/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  expect(said.ok, `${path}: ${said.status}`).toBe(true)
}
async function accepted(): Promise<Filed> {
  const one = await file(driver, SLUG)
  const { version } = await api<{ version: number }>(clerk, 'GET', `/cases/${one.id}`)
  await api(clerk, 'POST', `/cases/${one.id}/accept`, { version, note: '', tolerated: [] })
  return one
}
const stands = (id: string, field: 'state' | 'problem', value: string) =>
  expect.poll(async () => (await api<Dispatch>(clerk, 'GET', `/cases/${id}/exchange`)).dispatch?.[field], { timeout: 60_000 }).toBe(value)

it('a case whose system is down stands in the exception list with the reason (req: CASE-018)', async () => {
  driver = await citizen('周强')
  clerk = await staff('clerk-transport')
  await over('hall', { url: base })
  await over('behave', { down: true })
  filed = await accepted()
  await stands(filed.id, 'problem', 'unreachable')
  const { page } = clerk
  await open(page, '/dispatches', '分发办件', 'desk-dispatches')
  expect(await rows(page).filter({ hasText: filed.case_number.slice(-12) }).innerText()).toContain('送不到')
  quiet(clerk)
})

it('the case shows each try, and is sent again at once (req: CASE-023, CASE-043)', async () => {
  const { page } = clerk
  await page.goto(`/desk/cases/${filed.id}?view=exchange`)
  await page.getByRole('heading', { name: '数据流转' }).waitFor()
  await look(page, 'desk-case-exchange-failing')
  await over('behave', {})
  await page.getByRole('button', { name: '立即重发', exact: true }).click()
  await answer(page, '立即重发')
  await stands(filed.id, 'state', 'sent')
  await page.reload()
  await page.getByText('已送达').first().waitFor()
  await look(page, 'desk-case-exchange-sent')
  quiet(clerk)
})

it('what the other system decides closes the case, its licence among the papers (req: CASE-018)', async () => {
  await over('answer', { case_number: filed.case_number, outcome: 'granted', order: [4, 1, 0, 3, 2, 2] })
  await stands(filed.id, 'state', 'done')
  const { page } = clerk
  await page.goto(`/desk/cases/${filed.id}?view=papers`)
  await page.getByText('从业资格证（电子证照）').first().waitFor()
  await page.goto(`/desk/cases/${filed.id}?view=exchange`)
  await page.getByText('对方已办结').first().waitFor()
  await look(page, 'desk-case-exchange-done')
  quiet(clerk)
})

it('somebody takes a case over by hand with a reason; its flow begins (req: CASE-018, CASE-023)', async () => {
  const { page } = clerk
  // Nobody may have two applications of the same kind open; the first is finished.
  const second = await accepted()
  await stands(second.id, 'state', 'sent')
  await page.goto(`/desk/cases/${second.id}?view=exchange`)
  await page.getByRole('button', { name: '转为人工办理', exact: true }).click()
  await look(page, 'desk-dispatch-take-over')
  await dialog(page).getByLabel('原因').fill('对方系统停机，三天内恢复不了')
  await answer(page, '转为人工办理')
  await stands(second.id, 'state', 'returned')
  const reviewer = await staff('reviewer-transport')
  await expect.poll(async () => (await api<{ my_task: unknown }>(reviewer, 'GET', `/cases/${second.id}`)).my_task !== null).toBe(true)
  await reviewer.context.close()
  quiet(clerk)
})
