/** A business table from nothing: defined without code, in the navigation at once, entered with the keyboard, Excel in and out, reckoned, shared, switched off. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { open, openRow, rows } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { tabTo } from '../support/keyboard.ts'
import { look, settled, stillFits } from '../support/look.ts'
import { closeBrowser, type Person, quiet, staff } from '../support/people.ts'
import { railLink } from '../support/rail.ts'
import { story } from '../support/story.ts'

const it = story('tables')
const KEY = 'journey-visitors'
const NAME = '来访登记'
let editor: Person
let clerk: Person
afterAll(closeBrowser)

const rail = (page: Page) => page.getByRole('navigation', { name: '功能' })
const says = (page: Page, text: RegExp | string) => expect.poll(() => page.locator('main').innerText()).toMatch(text)
const total = (page: Page) => page.locator('.lp__bar [role="status"]').innerText()
const tab = (page: Page, name: string) => page.locator('.bw__tabs').getByRole('button', { name, exact: true }).click()

/** Adds a field by its button and names it. */
async function addField(page: Page, kind: string, label: string): Promise<void> {
  await page.getByRole('button', { name: `添加${kind}`, exact: true }).click()
  await page.locator('#fd-p-label').fill(label)
}
async function download(page: Page, link: string | RegExp): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: link }).first().click()])
  return readFile(await file.path())
}
async function tryFile(page: Page, name: string, bytes: Buffer): Promise<void> {
  await page.locator('#import-file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer: bytes })
  await page.getByRole('button', { name: /试导$/ }).click()
  await page.locator('#im-result').waitFor()
}

it('makes a table; a wrong code is said at its field (req: FORM-033)', async () => {
  editor = await staff('editor')
  const { page } = editor
  await (await railLink(page, '业务表')).click()
  await page.getByRole('heading', { level: 1, name: '业务表' }).waitFor()
  await look(page, 'desk-tables')
  await page.getByRole('button', { name: '新建业务表' }).click()
  await dialog(page).getByLabel('名称', { exact: true }).fill(NAME)
  await dialog(page).getByLabel('编码', { exact: true }).fill('来访')
  await dialog(page).getByRole('button', { name: '新建', exact: true }).click()
  await expect.poll(() => dialog(page).locator('.tb-errsum').innerText()).toContain('编码用小写字母开头')
  await stillFits(page, 'desk-table-new')
  await dialog(page).getByLabel('编码', { exact: true }).fill(KEY)
  await answer(page, '新建')
  await page.waitForURL(new RegExp(`/desk/table-definitions/${KEY}$`))
  quiet(editor)
})

it('fields, list, rights and navigation are set on one page; what is missing is told before publishing (req: FORM-033)', async () => {
  const { page } = editor
  await page.locator('.fd').waitFor()
  await addField(page, '单行文本', '来访人')
  await addField(page, '电话', '联系电话')
  await addField(page, '下拉选择', '事由')
  await page.getByRole('button', { name: '一次写好几个' }).click()
  await page.locator('#fd-p-options-many').fill('ask=咨询\nhand=交材料\nlead=领证')
  await page.getByRole('button', { name: '用这些选项' }).click()
  await addField(page, '日期', '来访日期')
  await addField(page, '数字', '人数')
  await look(page, 'desk-table-fields')
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await says(page, /有 1 处要改，改完才能发布/)
  await says(page, /至少给一个岗位“查看”的权限/)
  await look(page, 'desk-table-findings')
  await tab(page, '权限')
  for (const right of ['查看', '录入', '修改', '删除', '导出']) await page.getByRole('checkbox', { name: `事项管理能否${right}` }).check()
  await page.getByRole('checkbox', { name: '窗口受理能否录入' }).check()
  // Whoever enters also sees.
  expect(await page.getByRole('checkbox', { name: '窗口受理能否查看' }).isChecked()).toBe(true)
  await look(page, 'desk-table-rights')
  await tab(page, '列表')
  const filters = page.getByRole('group', { name: /可以筛选的字段/ })
  await filters.getByLabel('事由').check()
  await filters.getByLabel('来访日期').check()
  await page.locator('#bw-order').selectOption({ label: '来访日期，从大到小' })
  await look(page, 'desk-table-list')
  await tab(page, '基本')
  await page.getByLabel('用途').fill('来大厅的人，谁来、为什么来')
  await page.getByLabel('菜单分组').fill('大厅管理')
  await look(page, 'desk-table-basics')
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await answer(page, '发布')
  await expect.poll(() => page.locator('.dh__name').innerText()).toContain('第 1 版')
  // No reload: the entry is there.
  await rail(page).getByRole('link', { name: NAME }).waitFor()
  quiet(editor)
})

it('a clerk finds the new entry and enters a row with the keyboard alone; mistakes lead to their fields (req: FORM-033)', async () => {
  clerk = await staff('clerk')
  const { page } = clerk
  const { keyboard } = page
  await tabTo(page, 'the entry', (at) => at.text === NAME)
  await keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor()
  await settled(page)
  await look(page, 'desk-rows-empty')
  await tabTo(page, '录入', (at) => at.text === '录入')
  await keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: `录入${NAME}` }).waitFor()
  await tabTo(page, '保存', (at) => at.text === '保存')
  await keyboard.press('Enter')
  await expect.poll(() => page.locator('.tb-errsum').evaluate((each) => each.contains(document.activeElement))).toBe(true)
  await look(page, 'desk-row-wrong')
  await page.locator('.tb-errsum').getByRole('link').first().press('Enter')
  await keyboard.type('梁文轩')
  await keyboard.press('Tab')
  await keyboard.type('19912345678')
  await keyboard.press('Tab')
  await keyboard.press('ArrowDown')
  await keyboard.press('ArrowDown')
  for (const part of ['2026', '9', '23', '2']) {
    await keyboard.press('Tab')
    await keyboard.type(part)
  }
  await tabTo(page, '保存', (at) => at.text === '保存')
  await keyboard.press('Enter')
  await page.waitForURL(/\/rows\/[0-9a-f-]{36}$/)
  await says(page, /梁文轩/)
  // A telephone number is sealed: masked here, whole only with a reason.
  await says(page, /199\*{4}5678/)
  await look(page, 'desk-row')
  await page.getByRole('button', { name: /联系电话/ }).click()
  await dialog(page).getByLabel('原因').fill('请来访人补带材料')
  await answer(page, '看完整内容')
  await says(page, /19912345678/)
  // Nobody gave clerks the right to change or delete.
  expect(await page.getByRole('link', { name: '修改', exact: true }).count()).toBe(0)
  expect(await page.getByRole('button', { name: '删除', exact: true }).count()).toBe(0)
  quiet(clerk)
})

it('takes rows from a spreadsheet only when all are right, and gives them back as one (req: FORM-033)', async () => {
  const { page } = editor
  await open(page, `/tables/${KEY}`, NAME)
  await page.getByRole('link', { name: '导入' }).click()
  const frame = await download(page, '下载模板')
  expect(frame.subarray(0, 2).toString()).toBe('PK')
  await tryFile(page, '来访.csv', Buffer.from('﻿来访人,联系电话,事由,来访日期,人数,车牌\n周明,19911112222,领证,2026-09-21,1,粤A\n吴晓,123,领证,2026-09-22,1,\n郑洁,19911113333,喝茶,2026-13-01,二,\n'))
  await says(page, /共 3 行，1 行没有问题，2 处要改|共 3 行，1 行没有问题/)
  await says(page, /没有导入：车牌/)
  await look(page, 'desk-import-mistakes')
  await tryFile(page, '来访.csv', Buffer.from('﻿来访人,联系电话,事由,来访日期,人数\n周明,19911112222,领证,2026-09-21,1\n吴晓,19911114444,咨询,2026-09-22,3\n郑洁,19911113333,交材料,2026-08-30,2\n'))
  await says(page, /没有问题，可以导入/)
  await look(page, 'desk-import-right')
  await page.getByRole('button', { name: '导入 3 行' }).click()
  await says(page, /已导入 3 行/)
  await page.locator('.dh__back').click()
  await expect.poll(() => total(page)).toBe('共 4 行')
  const book = await download(page, '导出')
  expect(book.subarray(0, 2).toString()).toBe('PK')
  // What went out comes in again: the file is one this table reads, its masked numbers are not taken for numbers.
  await page.getByRole('link', { name: '导入' }).click()
  await tryFile(page, '来访.xlsx', book)
  await says(page, /共 4 行/)
  quiet(editor)
})

it('searches, filters and orders; a query is kept, shared and taken by the other (req: FORM-034, OPS-025)', async () => {
  const { page } = editor
  await open(page, `/tables/${KEY}`, NAME)
  await page.getByLabel('搜索', { exact: true }).fill('吴晓')
  await page.getByRole('button', { name: '查询' }).click()
  await expect.poll(() => total(page)).toBe('共 1 行')
  await page.getByRole('button', { name: '清空条件' }).click()
  await page.getByLabel('事由').selectOption({ label: '领证' })
  await page.getByRole('button', { name: '查询' }).click()
  await expect.poll(() => rows(page).allInnerTexts()).toEqual([expect.stringContaining('周明')])
  await page.getByText('模板操作', { exact: true }).click()
  await page.getByRole('button', { name: '存为查询模板' }).click()
  await dialog(page).getByLabel('模板名称').fill('来领证的')
  await dialog(page).getByLabel('窗口受理').check()
  await stillFits(page, 'desk-query-save')
  await answer(page, '存为查询模板')
  await says(page, /正在用模板“来领证的”/)
  await look(page, 'desk-rows-template')
  await open(clerk.page, `/tables/${KEY}`, NAME)
  await clerk.page.getByLabel('查询模板').selectOption({ label: '来领证的' })
  await expect.poll(() => total(clerk.page)).toBe('共 1 行')
  await clerk.page.goto(`/desk/tables/${KEY}?q=没有这个人`)
  await says(clerk.page, /没有符合条件的/)
  await stillFits(clerk.page, 'desk-rows-nothing')
  quiet(editor, clerk)
})

it('reckons a report, draws it, keeps it on schedule and takes it out (req: FORM-034, OPS-025)', async () => {
  const { page } = editor
  await open(page, `/tables/${KEY}/reports`, `${NAME}：统计`, 'desk-reports-empty')
  await page.getByRole('link', { name: '新建统计' }).click()
  await page.locator('#report-group').selectOption({ label: '事由' })
  await page.getByLabel('人数合计').check()
  await page.getByRole('button', { name: '统计', exact: true }).click()
  const result = page.locator('#rp-result')
  await result.waitFor()
  await expect.poll(() => result.locator('tbody tr').filter({ hasText: '交材料' }).innerText()).toMatch(/交材料\s+2\s+4/)
  expect(await result.locator('tfoot').innerText()).toMatch(/合计\s+4\s+8/)
  await look(page, 'desk-report')
  expect((await download(page, '导出 Excel')).subarray(0, 2).toString()).toBe('PK')
  await page.getByRole('button', { name: '保存模板' }).click()
  await expect.poll(() => page.locator('.tb-errsum').innerText()).toContain('模板名称')
  await page.locator('#report-title').fill('各事由来访人数')
  await page.locator('#report-every').selectOption({ label: '每周' })
  await page.getByRole('button', { name: '保存模板' }).click()
  await page.getByRole('heading', { level: 1, name: '各事由来访人数' }).waitFor()
  await look(page, 'desk-report-kept')
  await page.locator('.dh__back').click()
  await expect.poll(() => rows(page).allInnerTexts()).toEqual([expect.stringMatching(/各事由来访人数[\s\S]*下次生成/)])
  await look(page, 'desk-reports')
  await page.getByRole('link', { name: '定时报表' }).click()
  await page.getByRole('heading', { level: 1, name: '定时报表' }).waitFor()
  await look(page, 'desk-outputs')
  quiet(editor)
})

it('changes a row, keeps what is sealed, deletes one; what was changed meanwhile is said (req: FORM-033, OPS-025)', async () => {
  const { page } = editor
  await open(page, `/tables/${KEY}`, NAME)
  await openRow(page, '吴晓')
  await page.getByRole('link', { name: '修改' }).click()
  await page.getByRole('heading', { level: 1, name: `修改${NAME}` }).waitFor()
  await says(page, /联系电话已经填过，内容遮住了/)
  await look(page, 'desk-row-change')
  const other = await editor.context.newPage()
  await other.goto(page.url())
  await other.getByLabel('人数').fill('5')
  await other.getByRole('button', { name: '保存', exact: true }).click()
  await other.waitForURL(/\/rows\/[0-9a-f-]{36}$/)
  await other.close()
  await page.getByLabel('人数').fill('4')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await expect.poll(() => page.locator('.tb-errsum').innerText()).toContain('别人刚改过')
  await open(page, `/tables/${KEY}`, NAME)
  await openRow(page, '吴晓')
  await says(page, /人数\s*5/)
  await says(page, /199\*{4}4444/)
  await page.getByRole('button', { name: '删除', exact: true }).click()
  await answer(page, '删除')
  await expect.poll(() => total(page)).toBe('共 3 行')
  quiet(editor)
})

it('shows what the system counts as a table to read, and a table that is switched off to nobody (req: FORM-033)', async () => {
  const { page } = editor
  await rail(page).getByRole('link', { name: '事项办件量' }).click()
  await page.getByRole('heading', { level: 1, name: '事项办件量' }).waitFor()
  await settled(page)
  expect(await rows(page).count()).toBeGreaterThan(0)
  expect(await page.getByRole('link', { name: '录入' }).count()).toBe(0)
  await look(page, 'desk-rows-attached')
  await open(page, `/table-definitions/item-cases`, '事项办件量', 'desk-table-attached')
  await open(page, `/tables/window-supplies`, '窗口物资台账', 'desk-rows')
  await open(page, `/table-definitions/${KEY}`, NAME)
  await page.getByRole('button', { name: '停用' }).click()
  await answer(page, '停用')
  await expect.poll(() => rail(page).getByRole('link', { name: NAME }).count()).toBe(0)
  await clerk.page.goto(`/desk/tables/${KEY}`)
  await says(clerk.page, /没有|找不到|停用/)
  await look(clerk.page, 'desk-rows-off')
  quiet(editor, clerk)
})
