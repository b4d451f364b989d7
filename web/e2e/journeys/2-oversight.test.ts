/** The supervisor sees every open case by the time left, urges, and finds the reason of every date. */
import { afterAll, expect } from 'vitest'
import { answer, dialog, openCase } from '../support/desk.ts'
import { file, type Filed } from '../support/filing.ts'
import { look } from '../support/look.ts'
import { api, citizen, closeBrowser, type Person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('oversight')
let supervisor: Person
let filed: Filed
afterAll(closeBrowser)

it('sees the board by time left and the list', async () => {
  filed = await file(await citizen(RESTAURANT))
  const clerk = await staff('clerk')
  const { version } = await api<{ version: number }>(clerk, 'GET', `/cases/${filed.id}`)
  await api(clerk, 'POST', `/cases/${filed.id}/accept`, { version, note: '', tolerated: [] })
  supervisor = await staff('supervisor')
  const { page } = supervisor
  await page.goto('/desk/board')
  await page.locator('.bd-col').first().waitFor()
  expect(await page.locator('.bd-col h2').allInnerTexts()).toHaveLength(5)
  await page.locator('table.dk-dense tbody tr').first().waitFor()
  await look(page, 'desk-board')
  quiet(supervisor)
})

it('urges from a row; the handler sees it (req: CASE-022)', async () => {
  const { page } = supervisor
  const row = page.locator('table.dk-dense tbody tr').first()
  const link = await row.getByRole('link').first().getAttribute('href')
  await row.getByRole('button', { name: /催办/ }).click()
  await dialog(page).waitFor()
  await look(page, 'desk-urge')
  await dialog(page).getByRole('button', { name: '发出催办' }).click()
  await dialog(page).locator('.tb-errsum').waitFor()
  await dialog(page).getByLabel('要说的话').fill('请今天办结，或写明不能办结的原因。')
  await answer(page, '发出催办')
  await page.goto(link ?? '')
  await page.locator('.dc-head h1').waitFor()
  await expect.poll(() => page.locator('.dc-r').innerText()).toContain('请今天办结')
  await look(page, 'desk-case-urged')
  quiet(supervisor)
})

it('finds the ledger of the due date on the page of the case (req: CASE-022)', async () => {
  const { page } = supervisor
  await openCase(page, filed.case_number)
  const ledger = page.locator('.tb-ledger').first()
  await ledger.waitFor()
  const rows = await ledger.locator('tr').allInnerTexts()
  expect(rows.length).toBeGreaterThanOrEqual(4)
  expect(rows.join('')).toMatch(/起算[\s\S]*时限[\s\S]*到期/)
  quiet(supervisor)
})

it('filters the list of cases and takes it away as a table', async () => {
  const { page } = supervisor
  await page.goto('/desk/cases')
  await page.locator('tbody tr').first().waitFor()
  await look(page, 'desk-cases')
  const table = await supervisor.context.request.get('/api/v1/cases/export?state=open')
  expect(table.headers()['content-type']).toContain('text/csv')
  quiet(supervisor)
})

it('opens the working calendar', async () => {
  const admin = await staff('sysadmin')
  await admin.page.goto('/desk/calendars')
  await admin.page.getByRole('heading', { level: 1, name: /日历/ }).waitFor()
  await expect.poll(() => admin.page.locator('main').innerText()).toContain('2026')
  await look(admin.page, 'desk-calendars')
  quiet(admin)
})

it('the editor opens the catalogue and an item', async () => {
  const editor = await staff('editor')
  await editor.page.goto('/desk/catalogue')
  await editor.page.getByRole('heading', { level: 1 }).waitFor()
  await look(editor.page, 'desk-catalogue')
  await editor.page.goto('/desk/catalogue/food-operation-permit')
  await editor.page.getByRole('heading', { level: 1 }).waitFor()
  await look(editor.page, 'desk-item')
  quiet(editor)
})

it('a page without permission says so', async () => {
  const editor = await staff('editor')
  await editor.page.goto('/desk/board')
  await expect.poll(() => editor.page.getByRole('heading', { level: 1 }).innerText()).toBe('没有权限')
  await look(editor.page, 'desk-refused')
  await editor.page.goto('/desk/no-such-page')
  await editor.page.getByRole('heading', { level: 1 }).waitFor()
  await look(editor.page, 'desk-lost')
  quiet(editor)
})
