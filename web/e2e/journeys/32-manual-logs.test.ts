/**
 * The user manual from a citizen's report to the changed chapter and back to the citizen, an earlier version restored;
 * and every visit found in the logs by who, where and answer, and taken away as a file.
 */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { open, openRow, rows } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { look, settled } from '../support/look.ts'
import { base, citizen, closeBrowser, type Person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('manual and logs')
let operator: Person
let owner: Person

beforeAll(async () => {
  operator = await staff('operator')
  owner = await citizen(RESTAURANT)
})
afterAll(closeBrowser)

describe('the user manual', () => {
  it('is read, searched and printed by citizens (req: OPS-037)', async () => {
    const { page } = owner
    await page.getByRole('contentinfo').getByRole('link', { name: '操作手册' }).click()
    await page.getByRole('heading', { level: 1, name: '操作手册' }).waitFor()
    await page.getByRole('heading', { level: 2, name: '网上申请' }).waitFor()
    await settled(page)
    await look(page, 'portal-manual')
    await page.getByRole('navigation', { name: '目录' }).getByRole('link', { name: '网上申请' }).click()
    await expect.poll(() => page.url()).toContain('#ch-apply')
    await page.getByLabel('在手册里找').fill('复议')
    await page.locator('main').getByRole('button', { name: '查找', exact: true }).click()
    await page.getByText('找到 1 章').waitFor()
    expect(await page.locator('main').innerText()).toContain('查进度、补正和领取')
    await look(page, 'portal-manual-found')
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByRole('button', { name: '打印手册' }).isVisible()).toBe(false)
    expect(await page.getByRole('heading', { level: 2, name: '查进度、补正和领取' }).isVisible()).toBe(true)
    await page.emulateMedia({ media: 'screen' })
    quiet(owner)
  })

  it('is marked for a change after a report (req: OPS-037, OPS-038)', async () => {
    await owner.page.goto('/my/questions?page=/help/manual')
    await owner.page.getByLabel('遇到问题').check()
    await owner.page.getByLabel('哪一方面').selectOption('fill')
    await owner.page.getByLabel('写下来').fill('手册没写营业执照要不要彩色扫描。')
    await owner.page.getByRole('button', { name: '提交' }).click()
    await owner.page.getByText('待答复').waitFor()
    const { page } = operator
    await open(page, '/questions', '问题和意见')
    await openRow(page, '手册没写营业执照')
    await page.getByRole('button', { name: '要改手册' }).click()
    await dialog(page).getByLabel('哪一章').selectOption('apply')
    await dialog(page).getByRole('button', { name: '标记', exact: true }).click()
    await dialog(page).locator('.tb-errsum').waitFor()
    await dialog(page).getByLabel('要改什么').fill('写明扫描件要彩色')
    await look(page, 'desk-manual-mark')
    await answer(page, '标记')
    await page.getByText('等着改“网上申请”：写明扫描件要彩色').waitFor()
    await owner.page.reload()
    await owner.page.getByText('已转给改手册的同事').waitFor()
    quiet(operator, owner)
  })

  it('is changed with a reason, takes the report up and tells who reported (req: OPS-037)', async () => {
    const { page } = operator
    await open(page, '/manual-chapters?state=waiting', '操作手册', 'desk-manual-chapters')
    await expect.poll(() => rows(page).count()).toBe(1)
    await openRow(page, '网上申请')
    await page.getByRole('button', { name: '保存这一章' }).click()
    await page.locator('.tb-errsum').waitFor()
    await page.getByLabel('内容', { exact: true }).fill('申请要先登录。\n\n## 扫描件\n- 营业执照要彩色扫描\n- 每个文件不超过 20 MB')
    await page.getByRole('heading', { level: 3, name: '扫描件' }).waitFor()
    await page.getByLabel('写明扫描件要彩色').check()
    await page.getByLabel('改了什么、为什么').fill('写明营业执照要彩色扫描')
    await look(page, 'desk-manual-chapter')
    await page.getByRole('button', { name: '保存这一章' }).click()
    await page.getByText('第 1 版已采纳').waitFor()
    await owner.page.reload()
    await owner.page.getByRole('link', { name: '已写进操作手册“网上申请”' }).click()
    await owner.page.getByText('营业执照要彩色扫描', { exact: true }).waitFor()
    await owner.page.getByRole('heading', { level: 2, name: '修改记录' }).waitFor()
    expect(await owner.page.locator('main').innerText()).toContain('第 1 次修改')
    await look(owner.page, 'portal-manual-changed')
    quiet(operator, owner)
  })

  it('keeps every version, readable and restored (req: OPS-037)', async () => {
    const { page } = operator
    await open(page, '/manual-chapters?state=edited', '操作手册')
    await openRow(page, '网上申请')
    await page.getByRole('button', { name: '看原来的内容' }).click()
    await dialog(page).getByText('页面上方列出要改的每一处，点一下就到那一格。改完再提交。').waitFor()
    await look(page, 'desk-manual-version')
    await dialog(page).getByRole('button', { name: '关闭', exact: true }).last().click()
    await page.getByRole('button', { name: '恢复成原来的内容' }).click()
    await dialog(page).getByLabel('改了什么、为什么').fill('原来的更完整')
    await answer(page, '恢复成原来的内容')
    await page.getByText('第 2 版', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: /恢复这一版\s*第 1 版/ }).click()
    await dialog(page).getByLabel('改了什么、为什么').fill('彩色扫描还是要写')
    await answer(page, '恢复这一版')
    await page.getByText('第 3 版', { exact: true }).first().waitFor()
    await look(page, 'desk-manual-versions')
    quiet(operator)
  })

  it('is reached by staff from the help of a page (req: OPS-037)', async () => {
    const clerk = await staff('clerk')
    const { page } = clerk
    await open(page, '/tasks', '待办')
    await page.getByRole('button', { name: '帮助', exact: true }).click()
    await dialog(page).getByRole('link', { name: '操作手册：办理办件' }).click()
    await page.getByRole('heading', { level: 1, name: '操作手册' }).waitFor()
    await page.getByRole('heading', { level: 2, name: '办理办件' }).waitFor()
    expect(await page.getByRole('link', { name: '改这本手册', exact: true }).count(), 'a clerk changes no manual').toBe(0)
    await settled(page)
    await look(page, 'desk-manual')
    quiet(clerk)
  })
})

describe('the logs', () => {
  it('tell every visit by who, where and answer, and are taken away (req: OPS-034)', async () => {
    const { page } = operator
    // A visit of somebody unknown, refused.
    expect((await fetch(new URL('/api/v1/cases', base))).status).toBe(401)
    await open(page, '/logs?source=access&status=4xx&route=/api/v1/cases', '日志')
    await page.getByText('没有选日期时，访问只找最近 7 天').waitFor()
    await expect.poll(() => rows(page).first().innerText()).toContain('401')
    expect(await rows(page).first().innerText()).toContain('GET /api/v1/cases')
    await look(page, 'desk-logs-visits')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /导出 \d+ 条/ }).click()])
    const file = await readFile(await download.path(), 'utf8')
    expect(file).toContain('"/api/v1/cases"')
    expect(file).not.toContain('127.0.0.1')
    await open(page, '/logs?q=log.export', '日志')
    await expect.poll(() => rows(page).count()).toBeGreaterThan(0)
    await page.getByRole('button', { name: '校验最近 31 天' }).click()
    await page.getByText(/校验一致/).waitFor()
    await page.getByLabel('级别').selectOption('warn')
    await page.getByRole('button', { name: '查询' }).click()
    await settled(page)
    await look(page, 'desk-logs-warn')
    quiet(operator)
  })
})
