/**
 * What was filled in is found, corrected with a reason and taken out; an administrator says where each answer is stored.
 * A department copies the flow of an item, goes too far, mends it and publishes it.
 */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { open, rows } from '../support/admin.ts'
import { answer, dialog, openCase } from '../support/desk.ts'
import { file, SLUG } from '../support/filing.ts'
import { look, settled } from '../support/look.ts'
import { api, citizen, closeBrowser, type Person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('form-data')
let editor: Person
let approver: Person
let manager: Person
let form = ''
let number = ''
afterAll(closeBrowser)

interface Listed { items: { id: string; key: string }[] }
const store = (page: Page, field: string) => page.locator(`#di-store-${field}`)

it('says of each answer of a form how it is called and where it is stored (req: FORM-006)', async () => {
  editor = await staff('editor')
  const { page } = editor
  form = (await api<Listed>(editor, 'GET', `/design/definitions?kind=form&q=${SLUG}`)).items.find((each) => each.key === SLUG)!.id
  await open(page, `/design/definitions/${form}/data-items`, '数据项', 'desk-data-items')
  expect(await store(page, 'contact_phone').locator('option').allInnerTexts()).not.toContain('单独存放，可以查')
  await store(page, 'area').selectOption('plain')
  await store(page, 'main_format').selectOption('plain')
  await store(page, 'contact_phone').selectOption('sealed')
  await page.locator('#di-code-area').fill('Area')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await expect.poll(() => page.locator('.tb-errsum').innerText()).toMatch(/小写字母/)
  await page.locator('#di-code-area').fill('area')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText(/最近由林.*修改|最近由.*修改/).waitFor()
  quiet(editor)
})

it('finds what was filled in before, by form and by the value of a data item (req: FORM-006)', async () => {
  approver = await staff('approver')
  const { page } = approver
  await open(page, '/form-data', '表单数据')
  await page.getByText('选一份表单后可以导出').waitFor()
  // Older forms are found by the new items as soon as the job has been at them.
  await expect.poll(async () => (await api<{ total: number }>(approver, 'GET', `/form-data?form=${SLUG}&code=main_format&value=catering`)).total, { timeout: 60_000 }).toBeGreaterThan(0)
  await open(page, `/form-data?form=${SLUG}`, '表单数据', 'desk-form-data')
  await page.getByRole('columnheader', { name: '经营场所面积' }).waitFor()
  const phones = await rows(page).first().innerText()
  expect(phones).toMatch(/\d{3}\*{4}\d{4}/)
  await open(page, `/form-data?form=${SLUG}&code=main_format&value=没有这样的业态`, '表单数据')
  await page.getByText('没有符合条件的', { exact: false }).first().waitFor()
  await page.getByRole('button', { name: '清空条件' }).first().click()
  await expect.poll(() => rows(page).count()).toBeGreaterThan(0)
  quiet(approver)
})

it('corrects a field with a reason; before and after stay, the case shows it (req: FORM-006)', async () => {
  const { page } = approver
  // Not every handling item asks for the area: a form that does.
  const filed = await file(await citizen(RESTAURANT))
  await page.goto(`/desk/form-data/${filed.id}`)
  await page.locator('.dh__back').waitFor()
  await settled(page)
  number = (await page.locator('.fl .tb-code').first().innerText()).trim()
  await look(page, 'desk-form-data-one')
  await page.getByRole('button', { name: /^查看\s*联系人手机号码/ }).click()
  await dialog(page).getByLabel('为什么要看').fill('核对更正依据')
  await answer(page, '查看')
  await page.getByText(/^1\d{10}$/).first().waitFor()
  await page.getByRole('button', { name: /^更正\s*经营场所面积/ }).click()
  await page.getByRole('heading', { name: '更正填报的内容' }).waitFor()
  const box = page.locator('.fd__correct input').first()
  await box.fill('很大')
  await page.getByRole('button', { name: '保存更正' }).click()
  await expect.poll(() => page.locator('.tb-errsum').innerText()).toMatch(/至少 4 个字/)
  await page.getByLabel('更正的原因和依据').fill('现场复核，面积录错了')
  await page.getByRole('button', { name: '保存更正' }).click()
  await page.locator('.fd__correct .tb-error').first().waitFor()
  await settled(page)
  await look(page, 'desk-form-data-correct')
  await box.fill('321.5')
  await page.getByRole('button', { name: '保存更正' }).click()
  await page.locator('.fd__history').getByText('321.5').waitFor()
  await look(page, 'desk-form-data-corrected')
  await openCase(page, number)
  await page.locator('.dc-tabs a[href*="view=flow"]').click()
  await page.getByText(/更正了填报的经营场所面积/).first().waitFor()
  quiet(approver)
})

it('takes the forms out, masked (req: FORM-006)', async () => {
  const { page } = approver
  await open(page, `/form-data?form=${SLUG}`, '表单数据')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^导出 / }).click()])
  const text = await readFile(await download.path(), 'utf8')
  expect(text.split('\r\n')[0]).toMatch(/办件编号.*经营场所面积/)
  expect(text).toMatch(/321\.5/)
  expect(text).not.toMatch(/"1[3-9]\d{9}"/)
  quiet(approver)
})

it('a department copies the flow of an item, is told at the step what goes too far, and publishes its own (req: FORM-031)', async () => {
  manager = await staff('manager')
  const { page } = manager
  await open(page, '/design/own-flows?q=食品经营', '本部门流程', 'desk-own-flows')
  await page.getByRole('button', { name: /^复制事项流程/ }).first().click()
  await dialog(page).getByText(/只能用本部门的人/).waitFor()
  await look(page, 'desk-own-flow-begin')
  await dialog(page).getByRole('button', { name: '复制并打开' }).click()
  await page.waitForURL(/\/desk\/design\/flows\//)
  await page.getByText(/结果和事项流程一样/).waitFor()
  await page.getByRole('treeitem', { name: /^审查 办理环节/ }).click()
  await page.getByLabel('要来一次').check()
  await expect.poll(() => page.locator('.dw__state').innerText()).toMatch(/已自动保存/)
  await page.getByRole('tab', { name: /问题/ }).click()
  await page.getByText(/到现场次数是 0/).first().waitFor()
  await look(page, 'desk-own-flow')
  await page.getByRole('tab', { name: '属性' }).click()
  await page.getByRole('treeitem', { name: /^审查 办理环节/ }).click()
  await page.getByLabel('不用来').check()
  await page.locator('#xp-name').fill('科室审查')
  await page.locator('#xp-name').press('Tab')
  await page.getByRole('treeitem', { name: /^科室审查/ }).waitFor()
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await dialog(page).locator('textarea').fill('科室先看一遍')
  await dialog(page).getByRole('button', { name: '发布', exact: true }).click()
  await dialog(page).waitFor({ state: 'detached' })
  await open(page, '/design/own-flows?q=食品经营', '本部门流程')
  await page.getByText('本部门流程第 1 版').waitFor()
  await look(page, 'desk-own-flows-published')
  // The journeys after this one take the flow of the item.
  await page.getByRole('button', { name: /^停用/ }).first().click()
  await dialog(page).locator('textarea').fill('走查做完了')
  await answer(page, '停用')
  await page.getByText('已停用，用事项流程').waitFor()
  quiet(manager)
})
