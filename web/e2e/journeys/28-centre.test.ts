/**
 * What stays of cases and what is collected: the case library and its whole records, cases of an earlier system tried,
 * brought in and compared, archivable files, blanks of licence stock, and results collected together.
 */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { open, pick, rows } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { file, type Filed } from '../support/filing.ts'
import { look } from '../support/look.ts'
import { citizen, closeBrowser, type Person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('centre')
let owner: Person
let supervisor: Person
let admin: Person
let first: Filed
let second: Filed

beforeAll(async () => {
  owner = await citizen(RESTAURANT)
  first = await file(owner)
  second = await file(owner)
})
afterAll(closeBrowser)

describe('the case library', () => {
  it('finds a case of another department and shows the whole record, masked (req: CASE-040)', async () => {
    supervisor = await staff('supervisor')
    const { page } = supervisor
    await open(page, `/library?q=${first.case_number}`, '办件库', 'desk-library')
    await page.getByRole('button', { name: '更多', exact: true }).click()
    await pick(page, '事项', '食品经营许可证核发')
    await pick(page, '地区', '示例区')
    await page.getByRole('button', { name: '查询', exact: true }).click()
    await page.waitForURL(/region=449902000000/)
    await rows(page).first().waitFor()
    await look(page, 'desk-library-picked')
    await rows(page).first().getByRole('link').first().click()
    await page.getByRole('heading', { level: 2, name: '申请信息' }).waitFor()
    for (const part of ['申请表', '材料', '受理', '办理记录', '归档文件']) await page.getByRole('heading', { level: 2, name: part, exact: true }).waitFor()
    expect(await page.locator('main').innerText()).not.toContain('19900000001')
    await look(page, 'desk-library-record')
    quiet(supervisor)
  })
})

describe('cases of an earlier system', () => {
  const head = '流水号,事项名称,部门,申请人,手机,申请时间,结论'
  const good = 'SP-1,食品经营许可,原食药监局,王海燕,13800138001,2019-03-04,同意'
  const bring = async (lines: string[]) => {
    const { page } = admin
    await open(page, '/legacy', '历史办件导入')
    await page.getByRole('button', { name: '导入一个文件' }).click()
    await page.getByLabel('原系统').fill('原食药监局审批系统')
    await page.locator('input[type="file"]').setInputFiles({ name: '办件.csv', mimeType: 'text/csv', buffer: Buffer.from([head, ...lines].join('\n')) })
    await page.getByText('列的对照').waitFor()
  }

  it('are tried: nothing is taken, what is wrong is told by line (req: CASE-044)', async () => {
    admin = await staff('sysadmin')
    const { page } = admin
    await bring([good, 'SP-2,食品经营许可,没有的局,李明,,2019-03-05,同意'])
    await page.getByLabel('值的对照').fill('办理部门：原食药监局=qscj\n办理结果 没有冒号')
    await page.getByRole('button', { name: '试运行' }).click()
    await page.locator('.tb-errsum').getByText(/第 2 行读不出来/).waitFor()
    await look(page, 'desk-legacy-wrong')
    await page.getByLabel('值的对照').fill('办理部门：原食药监局=qscj')
    await page.getByRole('button', { name: '试运行' }).click()
    await page.getByText('这是试运行，没有写入任何办件。').waitFor()
    await page.getByText(/没有“没有的局”这个机构/).waitFor()
    await look(page, 'desk-legacy-trial')
    quiet(admin)
  })

  it('are brought in, compared, and found in the library (req: CASE-044)', async () => {
    const { page } = admin
    await bring([good])
    expect(await page.getByLabel('值的对照').inputValue()).toContain('原食药监局=qscj')
    await page.getByRole('button', { name: '正式导入' }).click()
    await page.getByText('文件和办件库一致。').waitFor()
    await look(page, 'desk-legacy-done')
    await open(page, '/legacy', '历史办件导入', 'desk-legacy')
    quiet(admin)
    const { page: own } = supervisor
    await open(own, '/library/earlier', '历史办件', 'desk-earlier')
    await expect.poll(() => rows(own).first().innerText()).toContain('SP-1')
    expect(await rows(own).first().innerText()).toContain('王*燕')
    quiet(supervisor)
  })
})

describe('archivable files', () => {
  it('are listed, made where they are missing, opened and taken away with a reason (req: CASE-044)', async () => {
    const { page } = admin
    await open(page, '/archive', '归档文件')
    await page.getByRole('button', { name: '补做归档文件' }).click()
    await answer(page, '补做归档文件')
    const approver = await staff('approver')
    const { page: own } = approver
    await expect.poll(async () => {
      await own.goto('/desk/archive')
      await own.getByRole('heading', { level: 1, name: '归档文件' }).waitFor()
      await own.getByRole('status').first().waitFor()
      return rows(own).count()
    }, { timeout: 60_000, interval: 1_000 }).toBeGreaterThan(0)
    await look(own, 'desk-archive')
    await rows(own).first().getByRole('link').first().click()
    await own.getByRole('heading', { level: 2, name: '文件清单' }).waitFor()
    await look(own, 'desk-archive-set')
    await own.getByRole('button', { name: '下载' }).click()
    await dialog(own).waitFor()
    await dialog(own).getByLabel('用途').fill('移交区档案馆')
    await look(own, 'desk-archive-download')
    const taken = own.waitForEvent('download')
    await answer(own, '下载')
    expect((await taken).suggestedFilename()).toMatch(/^\d+.*\.zip$/)
    quiet(admin, approver)
  })
})

describe('blanks of licence stock', () => {
  it('are written down as received, and what is left adds up (req: CASE-027)', async () => {
    const maker = await staff('clerk')
    const { page } = maker
    await open(page, '/stock', '空白证')
    await page.getByRole('button', { name: '登记领用' }).click()
    await dialog(page).waitFor()
    await dialog(page).getByLabel('哪种证照').selectOption({ label: '食品经营许可证' })
    await dialog(page).getByLabel('起始编号').fill('JY0000001')
    await dialog(page).getByLabel('截止编号').fill('JY0000500')
    await look(page, 'desk-stock-receive')
    await answer(page, '登记领用')
    await page.getByRole('heading', { level: 2, name: '结存' }).waitFor()
    expect(await page.getByRole('table', { name: '结存' }).innerText()).toContain('500')
    await look(page, 'desk-stock-balance')
    quiet(maker)
  })
})

describe('results of several matters', () => {
  it('are put together by the applicant, who changes the choice (req: CASE-029)', async () => {
    const { page } = owner
    await page.goto('/my/collections')
    await page.getByRole('heading', { level: 1, name: '一起领取' }).waitFor()
    await look(page, 'portal-collections-empty')
    await page.getByRole('button', { name: '选办件' }).click()
    await page.getByRole('button', { name: '保存' }).click()
    await page.locator('.tb-errsum').waitFor()
    for (const one of [first, second]) await page.getByRole('checkbox', { name: new RegExp(one.case_number) }).check()
    await page.getByRole('radio', { name: /全部办好一起领/ }).check()
    await look(page, 'portal-collections-choose')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText('共 2 件，办好 0 件').waitFor()
    await look(page, 'portal-collections')
    const counter = await staff('delivery')
    await open(counter.page, `/collections?q=${first.case_number}&state=waiting`, '一起领取', 'desk-collections')
    expect(await rows(counter.page).first().innerText()).toContain('办好 0/2')
    await counter.page.goto('/desk/collections?state=ready')
    await counter.page.getByText(/没有符合条件/).first().waitFor()
    quiet(counter)
    await page.getByRole('button', { name: '改成“办好一件领一件”' }).click()
    await page.getByRole('heading', { level: 2, name: '办好一件领一件' }).waitFor()
    quiet(owner)
  })
})
