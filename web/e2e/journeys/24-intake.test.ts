/**
 * Other ways in which cases come: accepted with a material promised for later and supplied afterwards; a list of
 * applicants that becomes cases together; a result handled elsewhere; barcodes and figures.
 */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { open, openRow, pick, rows } from '../support/admin.ts'
import { answer, dialog, more, openCase, primary, stateOf } from '../support/desk.ts'
import { file, type Filed } from '../support/filing.ts'
import { look } from '../support/look.ts'
import { upload } from '../support/papers.ts'
import { citizen, closeBrowser, type Person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('intake')
const PENSION = '城乡居民养老保险参保登记'
let owner: Person
let clerk: Person
let editor: Person
let social: Person
let filed: Filed
let caseNumber = ''

beforeAll(async () => {
  owner = await citizen(RESTAURANT)
  filed = await file(owner, undefined, {}, ['m04'])
})
afterAll(closeBrowser)

/** A valid identity number of somebody born on the first of January 1990. */
function idNumber(order: number): string {
  const body = `44990219900101${String(order).padStart(3, '0')}`
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = [...body].reduce((all, digit, i) => all + Number(digit) * (weights[i] ?? 0), 0)
  return body + '10X98765432'[sum % 11]
}

describe('a material promised for later', () => {
  it('is accepted without it, with the day it is due (req: CASE-013)', async () => {
    clerk = await staff('clerk')
    const { page } = clerk
    await openCase(page, filed.case_number)
    await primary(page).click()
    await dialog(page).waitFor()
    expect(await dialog(page).innerText()).toContain('食品安全')
    await look(page, 'desk-accept-tolerated')
    await answer(page, '受理')
    await expect.poll(() => page.locator('#l-later').innerText()).toContain('容缺后补')
    expect(await page.locator('.ci-later').innerText()).toContain('待补交')
    await look(page, 'desk-case-tolerated')
    quiet(clerk)
  })

  it('stands first on the page of the applicant, who supplies it (req: CASE-013)', async () => {
    const { page } = owner
    await page.goto(`/my/cases/${filed.id}`)
    await page.getByRole('heading', { name: /补交容缺材料/ }).waitFor()
    await look(page, 'portal-case-tolerated')
    await page.getByRole('link', { name: '现在补交' }).click()
    await page.getByRole('heading', { level: 1, name: '补交容缺材料' }).waitFor()
    await page.getByRole('button', { name: '提交' }).click()
    await page.locator('.tb-errsum').waitFor()
    await look(page, 'portal-supply-tolerated')
    await page.locator('input[type="file"]').first().setInputFiles(upload('食品安全制度'))
    await page.locator('.tb-files').getByText(/已上传/).first().waitFor()
    await page.getByRole('button', { name: '提交' }).click()
    await page.waitForURL(new RegExp(`/my/cases/${filed.id}$`))
    await page.getByText('已补交').first().waitFor()
    expect(await page.getByRole('heading', { name: /补交容缺材料/ }).count()).toBe(0)
    quiet(owner)
  })

  it('is in the ledger, can be sent back, and is waited for again (req: CASE-013)', async () => {
    const { page } = clerk
    await open(page, '/tolerances?state=supplied', '容缺台账', 'desk-tolerances')
    await rows(page).filter({ hasText: filed.case_number.slice(-12) }).first().getByRole('link').first().click()
    await page.locator('.dc-head h1').waitFor()
    await more(page, '退回容缺材料')
    await dialog(page).getByRole('textbox').fill('缺少从业人员健康管理制度，请补上')
    await answer(page, '退回重交')
    await expect.poll(() => page.locator('.ci-later').innerText()).toContain('待补交')
    await more(page, '收容缺材料')
    await look(page, 'desk-receive-tolerated')
    await answer(page, '登记收到')
    await expect.poll(() => page.locator('.ci-later').innerText()).toContain('已补交')
    expect(await stateOf(clerk)).toBe('已受理')
    await page.getByRole('link', { name: '消息', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: '这个办件的消息' }).waitFor()
    await expect.poll(() => rows(page).allInnerTexts().then((all) => all.join())).toContain('容缺')
    await look(page, 'desk-case-messages')
    quiet(clerk)
  })
})

describe('a list of applicants', () => {
  it('is agreed for an item (req: CASE-015)', async () => {
    editor = await staff('editor')
    const { page } = editor
    await open(page, '/intake-kinds', '受理方式')
    await page.getByRole('button', { name: '设置事项' }).click()
    await dialog(page).waitFor()
    await pick(page, '事项', PENSION)
    for (const way of ['批量件', '只进不出', '只出不进']) await dialog(page).getByRole('checkbox', { name: way }).check()
    await dialog(page).getByRole('textbox', { name: /商定情况/ }).fill('2026-03-05 与区人社局商定')
    await look(page, 'desk-intake-kinds-dialog')
    await answer(page, '保存')
    await rows(page).filter({ hasText: PENSION }).first().waitFor()
    await look(page, 'desk-intake-kinds')
    quiet(editor)
  })

  it('is typed and brought as a table; wrong lines are told (req: CASE-015)', async () => {
    social = await staff('clerk-social')
    const { page } = social
    await open(page, '/bulk', '批量件', 'desk-bulk-empty')
    await page.getByRole('link', { name: '新建批次' }).click()
    await page.getByRole('heading', { level: 1, name: '新建批次' }).waitFor()
    await page.getByLabel('批次名').fill('3月参保第一批')
    await page.getByLabel('业务办理项').selectOption({ label: `${PENSION}：参保登记` })
    await look(page, 'desk-bulk-new')
    await page.getByRole('button', { name: '建立' }).click()
    await page.getByRole('heading', { level: 1, name: '3月参保第一批' }).waitFor()
    await page.getByRole('button', { name: '录入一行' }).click()
    await dialog(page).getByLabel('姓名或名称').fill('张一')
    await dialog(page).getByLabel('证件号码').fill('123')
    await dialog(page).getByLabel('联系电话').fill('13800138001')
    await dialog(page).getByRole('button', { name: '保存', exact: true }).click()
    await dialog(page).locator('.tb-error, .tb-errsum').first().waitFor()
    await look(page, 'desk-bulk-line-wrong')
    await dialog(page).getByLabel('证件号码').fill(idNumber(1))
    await answer(page, '保存')
    await page.getByRole('button', { name: '导入表格' }).click()
    const table = ['姓名,身份证号码,联系电话', `李二,${idNumber(2)},13800138002`, '王三,449902199001010000,13800138003', `赵四,${idNumber(4)},13800138004`].join('\n')
    await dialog(page).locator('input[type="file"]').setInputFiles({ name: '名单.csv', mimeType: 'text/csv', buffer: Buffer.from(table) })
    await answer(page, '导入')
    await page.getByText(/录入 2 行，有 1 行没有录入/).waitFor()
    await expect.poll(() => rows(page).count()).toBe(3)
    await look(page, 'desk-bulk-lines')
    quiet(social)
  })

  it('becomes cases, which are accepted together (req: CASE-015)', async () => {
    const { page } = social
    await page.getByRole('button', { name: '生成办件' }).click()
    await answer(page, '生成办件')
    await page.getByRole('button', { name: '批量受理' }).waitFor()
    await page.getByRole('button', { name: '批量受理' }).click()
    await look(page, 'desk-bulk-accept')
    await answer(page, '批量受理')
    await page.getByText('已受理 3', { exact: true }).waitFor()
    await expect.poll(() => rows(page).first().innerText()).toMatch(/数据比对/)
    await look(page, 'desk-bulk-accepted')
    await rows(page).first().getByRole('link').first().click()
    await page.locator('.dc-head h1').waitFor()
    expect(await stateOf(social)).toBe('已受理')
    caseNumber = (await page.locator('.dc-head').innerText()).match(/\d{8}\d{4,}/)?.[0] ?? ''
    quiet(social)
  })
})

describe('what is handled elsewhere', () => {
  it('is taken in, and its result written down (req: CASE-016)', async () => {
    const { page } = social
    await open(page, '/records/new', '登记代收代发')
    await page.getByRole('radio', { name: /只进不出件/ }).check()
    await page.getByLabel('业务办理项').selectOption({ label: `${PENSION}：参保登记` })
    await page.getByLabel('在哪里办理').fill('省社会保险基金管理局')
    await page.getByLabel('姓名或名称').fill('钱五')
    await page.getByLabel('证件号码').fill(idNumber(5))
    await page.getByLabel('联系电话').fill('13800138005')
    await look(page, 'desk-record-new')
    await page.getByRole('button', { name: '登记', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: /只进不出件/ }).waitFor()
    await page.getByRole('button', { name: '登记结果' }).click()
    await dialog(page).getByRole('radio', { name: '准予' }).check()
    await dialog(page).getByLabel('结果名称').fill('参保登记通知')
    await dialog(page).getByLabel('作出决定的日期').fill('2026-03-01')
    await answer(page, '登记结果')
    await page.getByText('登记办理结果：准予《参保登记通知》').waitFor()
    await look(page, 'desk-record')
    await open(page, '/records', '代收代发', 'desk-records')
    await openRow(page, /只进不出件|J\d+/)
    quiet(social)
  })

  it('counts in the figures, and a scan stamps the time (req: CASE-014, CASE-017)', async () => {
    const { page } = social
    await open(page, '/intake-figures', '受理统计', 'desk-figures')
    const row = page.locator('main .tb-table tbody tr').filter({ hasText: PENSION }).first()
    expect((await row.locator('td').allInnerTexts()).slice(2, 4)).toEqual(['3', '1'])
    await open(page, '/scan', '扫条码')
    await page.locator('#scan-code').fill('没有这个编号')
    await page.locator('#scan-code').press('Enter')
    await page.locator('.tb-errsum').waitFor()
    await look(page, 'desk-scan-wrong')
    expect(caseNumber, 'the page of the case shows its number').not.toBe('')
    quiet(social)
  })
})
