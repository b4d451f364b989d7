/**
 * People at the window: a start page for each role, windows with their class, an item that every hall takes in, one
 * finished while the applicant waits with paper from the document camera, the acceptance page, the way to all settings.
 */
import { afterAll, describe, expect } from 'vitest'
import { open, pick, rows } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { fillForm, formOf, sampleOf } from '../support/form.ts'
import { look } from '../support/look.ts'
import { api, closeBrowser, outside, type Person, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('windows')
const SHOP = 'individual-business-setup'
const SHOP_NAME = '个体工商户设立登记'
const ALLOWANCE = 'senior-allowance'
const ALLOWANCE_NAME = '高龄老年津贴'
let admin: Person
let editor: Person
let town: Person
let chief: Person
afterAll(closeBrowser)

const next = (page: Person['page']) => page.getByRole('button', { name: '保存，下一步' }).click()
const onStep = (page: Person['page'], name: string) => expect.poll(async () => `${await page.locator('#in-title').innerText()}${(await page.locator('.tb-errsum').allInnerTexts()).join()}`).toBe(name)
async function lay(pages: number, fail: string): Promise<void> {
  await fetch(`${outside}/reader/camera`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ pages, fail }) })
}

describe('the start page', () => {
  it('is another one for each role, and says what waits (req: CASE-001)', async () => {
    const clerk = await staff('clerk')
    await clerk.page.locator('.wb-laid').waitFor()
    const text = await clerk.page.locator('main').innerText()
    for (const part of ['我的待办', '提醒', '本周', '常用', '网上来件', '补正已回', '即办超时']) expect(text).toContain(part)
    expect(text).not.toContain('时限看板')
    await look(clerk.page, 'desk-start-clerk')
    const leader = await staff('supervisor')
    await leader.page.locator('.wb-laid').waitFor()
    expect(await leader.page.locator('main').innerText()).toContain('时限看板')
    await look(leader.page, 'desk-start-supervisor')
    quiet(clerk, leader)
  })

  it('shows the number alone in a small card and the list in a large one (req: CASE-001)', async () => {
    const clerk = await staff('clerk')
    const layout = await api<{ version: number }>(clerk, 'GET', '/staff/me/layout')
    await api(clerk, 'PUT', '/staff/me/layout', { version: layout.version, cards: [{ key: 'online', x: 0, y: 0, w: 2, h: 2 }, { key: 'done', x: 2, y: 0, w: 6, h: 4 }] })
    await clerk.page.reload()
    await clerk.page.locator('.wb-laid').waitFor()
    await expect.poll(() => clerk.page.locator('.fc-n').first().isVisible()).toBe(true)
    expect(await clerk.page.locator('.fc-n').nth(1).isVisible()).toBe(false)
    await look(clerk.page, 'desk-start-small')
    // Other journeys of this city find the clerk's start page as it comes.
    await api(clerk, 'DELETE', '/staff/me/layout')
    quiet(clerk)
  })
})

describe('the settings', () => {
  it('lead to everything behind the desk from one page (req: CASE-003)', async () => {
    admin = await staff('sysadmin')
    const { page } = admin
    await open(page, '/settings', '系统设置', 'desk-settings')
    for (const [name, title] of [['用户', '人员'], ['岗位和权限', '岗位和权限'], ['机构', '机构'], ['辖区', '辖区'], ['窗口', '窗口'], ['乡镇延伸', '机构'], ['事项库', '事项管理'], ['工作日', '工作日历']] as const) {
      await page.goto('/desk/settings')
      await page.locator('.se__card').filter({ has: page.getByText(name, { exact: true }) }).click()
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
    }
    await open(page, '/settings/regions', '辖区')
    await page.getByRole('link', { name: '示例区', exact: true }).click()
    await page.getByRole('link', { name: '青石镇', exact: true }).click()
    await page.getByRole('link', { name: /青石镇便民服务中心/ }).waitFor()
    await look(page, 'desk-regions')
    quiet(admin)
  })

  it('compare the items with the library above, and change what messages say (req: CASE-003, CASE-031)', async () => {
    const editor = await staff('editor')
    const { page } = editor
    await open(page, '/item-sync', '事项同步', 'desk-item-sync')
    await open(page, '/message-texts?q=补正', '消息模板', 'desk-message-texts')
    await rows(page).filter({ hasText: '要您补正材料' }).getByRole('link').first().click()
    await page.getByRole('heading', { level: 1, name: '要您补正材料' }).waitFor()
    await page.getByLabel('短信').fill('“{item_name}”要补{cound}项。')
    await page.getByRole('button', { name: '看看效果' }).click()
    await page.getByText(/填不出“{cound}”/).waitFor()
    await page.getByLabel('短信').fill('“{item_name}”（尾号{case_tail}）要补{count}项，{due_date}前补齐。')
    await page.getByRole('button', { name: '看看效果' }).click()
    await page.getByText(/要补2项/).waitFor()
    await page.getByLabel('为什么改').fill('说法改短')
    await look(page, 'desk-message-text')
    await page.getByRole('button', { name: '保存模板' }).click()
    await rows(page).filter({ hasText: '要您补正材料' }).getByText('改过', { exact: true }).waitFor()
    await rows(page).filter({ hasText: '要您补正材料' }).getByRole('link').first().click()
    await page.getByRole('button', { name: '恢复原来的内容' }).click()
    await dialog(page).getByLabel('为什么改').fill('试改完成')
    await answer(page, '恢复原来的内容')
    await page.getByText('第 2 次').waitFor()
    await look(page, 'desk-message-text-versions')
    quiet(editor)
  })

  it('give a window its class, and find windows by it (req: CASE-002)', async () => {
    const { page } = admin
    await open(page, '/windows', '窗口', 'desk-windows-class')
    await page.getByRole('link', { name: '新增窗口' }).click()
    await page.getByRole('heading', { level: 1, name: '新增窗口' }).waitFor()
    await page.getByLabel('窗口号').fill('31')
    await page.getByLabel('名称', { exact: true }).fill('建设项目')
    await page.getByLabel('分类').selectOption({ label: '建设项目类' })
    await page.getByLabel('所在大厅').fill('示例区政务服务中心')
    await page.getByLabel('大厅代码').fill('district-hall')
    await pick(page, '哪个单位的窗口', '示例区政务服务中心')
    await page.getByLabel('区划').fill('449902000000')
    await pick(page, '收哪些事项', SHOP_NAME)
    await look(page, 'desk-window-class')
    await page.getByRole('button', { name: '保存窗口' }).click()
    await page.getByRole('heading', { level: 1, name: '窗口', exact: true }).waitFor()
    await page.getByLabel('分类').selectOption({ label: '建设项目类' })
    await page.getByRole('button', { name: '查询' }).click()
    await expect.poll(() => rows(page).count()).toBe(1)
    expect(await rows(page).first().innerText()).toContain('建设项目类')
    await rows(page).first().getByRole('button', { name: /删除/ }).click()
    await answer(page, '删除窗口')
    quiet(admin)
  })
})

describe('an item of every hall', () => {
  it('is marked with who is competent where (req: CASE-046)', async () => {
    editor = await staff('editor')
    const { page } = editor
    await open(page, '/citywide', '市内通办', 'desk-citywide-empty')
    await page.getByRole('button', { name: '设置事项' }).click()
    await pick(page, '事项', ALLOWANCE_NAME)
    await dialog(page).getByRole('button', { name: '下一步' }).click()
    await page.getByRole('heading', { level: 1, name: new RegExp(`市内通办：${ALLOWANCE_NAME}`) }).waitFor()
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await page.locator('.tb-errsum').waitFor()
    await look(page, 'desk-citywide-wrong')
    await page.getByLabel('批次').fill('市内通办第一批')
    await page.getByLabel('统一标准').fill('同一指南、同一表单、同样的材料')
    await page.getByRole('button', { name: '再加一个地方' }).click()
    const place = page.locator('.cw__places > li').nth(1)
    await place.getByRole('combobox').fill('东湖区')
    await page.getByRole('option').filter({ hasText: '东湖区人民政府' }).first().click()
    await expect.poll(() => place.getByRole('textbox', { name: /地方/ }).inputValue()).toBe('449901000000')
    await place.getByLabel(/承诺几个工作日/).fill('7')
    await look(page, 'desk-citywide-form')
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await rows(page).filter({ hasText: ALLOWANCE_NAME }).first().waitFor()
    await look(page, 'desk-citywide')
    quiet(editor)
  })

  it('is taken in at a town for another district, with that department’s days (req: CASE-046)', async () => {
    town = await staff('street-clerk')
    const { page } = town
    await page.goto('/desk/intake')
    await page.locator('#in-q').fill('津贴')
    await page.locator('#in-q').press('Enter')
    const row = page.locator('.in-items li').filter({ hasText: ALLOWANCE_NAME })
    await row.getByText('市内通办').waitFor()
    await look(page, 'desk-intake-citywide')
    await row.getByRole('button', { name: /选这个/ }).click()
    const sample = await sampleOf(ALLOWANCE)
    await page.locator(`input[name="in-handle"][value="${sample.handle_item}"]`).check()
    await next(page)
    await onStep(page, '认申请人')
    await page.locator('#in-name').fill(String(sample.applicant.name))
    await page.locator('#in-id').fill(String(sample.applicant.id_number))
    await page.locator('#in-phone').fill(String(sample.applicant.phone))
    await next(page)
    await expect.poll(() => page.locator('.tb-errsum').innerText()).toContain('申请人所在的地方')
    await page.locator('#in-area').selectOption('449901000000')
    await look(page, 'desk-intake-area')
    await next(page)
    await onStep(page, '问情形')
    for (const [key, value] of Object.entries(sample.situations)) await page.locator(`input[name="in-s-${key}"][value="${value}"]`).check()
    await next(page)
    await onStep(page, '填表')
    await fillForm(page, await formOf(ALLOWANCE), sample.form)
    await next(page)
    await onStep(page, '收材料')
    const materials = page.locator('.im > li')
    for (let i = 0; i < (await materials.count()); i += 1) await materials.nth(i).getByText('收纸质', { exact: true }).click()
    await next(page)
    await onStep(page, '领取方式')
    await next(page)
    await onStep(page, '核对提交')
    await page.getByRole('button', { name: '提交并受理' }).click()
    await page.getByText('收件回执').first().waitFor()
    expect(await page.getByRole('status').first().innerText()).toContain('已受理')
    await page.getByRole('link', { name: '打开办件' }).click()
    await page.locator('.dc-head h1').waitFor()
    const { org_name } = await api<{ org_name: string }>(town, 'GET', `/cases/${new URL(page.url()).pathname.split('/').at(-1) ?? ''}`)
    expect(org_name).toContain('东湖区人民政府')
    expect(await page.locator('main').innerText()).toMatch(/剩 7 日/)
    quiet(town)
  })

  it('counts by the two places, and the coverage grows (req: CASE-046)', async () => {
    const one = await staff('supervisor')
    const { page } = one
    await open(page, '/citywide-figures', '通办统计')
    await expect.poll(() => rows(page).filter({ hasText: '东湖区' }).first().innerText()).toMatch(/示例街道[\s\S]*东湖区[\s\S]*是/)
    await page.getByText('各大厅', { exact: true }).first().waitFor()
    await look(page, 'desk-citywide-figures')
    quiet(one)
  })

  it('elsewhere the right place is told (req: CASE-002, CASE-046)', async () => {
    const one = await staff('clerk')
    const { page } = one
    await page.goto('/desk/intake')
    await page.locator('#in-q').fill('护士')
    await page.locator('#in-q').press('Enter')
    await page.getByText(/请到示例市政务服务中心/).first().waitFor()
    expect(await page.locator('.in-items').count()).toBe(0)
    await look(page, 'desk-intake-elsewhere')
    quiet(one)
  })
})

describe('an item done at once', () => {
  it('is set with its minutes (req: CASE-047)', async () => {
    const { page } = editor
    await open(page, '/instant-items', '即办事项', 'desk-instant-empty')
    await page.getByRole('button', { name: '设置事项' }).click()
    await pick(page, '事项', SHOP_NAME)
    await dialog(page).getByLabel('几分钟内办完').fill('30')
    await look(page, 'desk-instant-dialog')
    await answer(page, '保存')
    await rows(page).filter({ hasText: SHOP_NAME }).first().waitFor()
    await look(page, 'desk-instant-items')
    const security = await staff('secadmin')
    const { items } = await api<{ items: { id: string; login: string; version: number; windows: { id: string }[]; items: string[] }[] }>(security, 'GET', '/admin/staff?q=clerk-reg&limit=100')
    const clerk = items.find((each) => each.login === 'clerk-reg')
    if (!clerk) throw new Error('nobody signs in as clerk-reg')
    await api(security, 'PUT', `/admin/staff/${clerk.id}/grants`, { version: clerk.version, roles: ['clerk', 'approver'], items: clerk.items, windows: clerk.windows.map((each) => each.id) })
    quiet(editor)
  })

  it('is taken in with paper from the document camera, which may break off in the middle (req: CASE-011, CASE-047)', async () => {
    chief = await staff('clerk-reg')
    const { page } = chief
    const sample = await sampleOf(SHOP)
    await page.goto('/desk/instant')
    await page.locator('.in-items li').filter({ hasText: SHOP_NAME }).getByText('30 分钟内办完').waitFor()
    await look(page, 'desk-instant')
    await page.locator('.in-items li').filter({ hasText: SHOP_NAME }).getByRole('button', { name: /选这个/ }).click()
    await page.locator(`input[name="in-handle"][value="${sample.handle_item}"]`).check()
    await next(page)
    await onStep(page, '认申请人')
    await page.locator('#in-name').fill(String(sample.applicant.name))
    await page.locator('#in-id').fill(String(sample.applicant.id_number))
    await page.locator('#in-phone').fill(String(sample.applicant.phone))
    await next(page)
    await onStep(page, '问情形')
    for (const [key, value] of Object.entries(sample.situations)) if (await page.locator(`input[name="in-s-${key}"]`).count()) await page.locator(`input[name="in-s-${key}"][value="${value}"]`).check()
    await next(page)
    await onStep(page, '填表')
    await fillForm(page, await formOf(SHOP), sample.form)
    await next(page)
    await onStep(page, '收材料')
    const materials = page.locator('.im > li')
    await materials.first().getByText('扫描上传', { exact: true }).click()
    await materials.first().getByRole('button', { name: /用高拍仪扫/ }).click()
    await lay(2, 'drop')
    await materials.first().getByRole('button', { name: '连续扫' }).click()
    await expect.poll(() => materials.first().getByRole('alert').innerText()).toContain('已扫的 2 页都在，接着扫就行')
    await look(page, 'desk-camera-broken')
    chief.complaints.splice(0)
    await materials.first().getByRole('button', { name: '扫一页' }).click()
    await expect.poll(() => materials.first().locator('.dc__pages li').count()).toBe(3)
    await materials.first().getByRole('button', { name: /转 90 度\s*第 1 页/ }).click()
    await materials.first().getByRole('button', { name: /往前\s*第 3 页/ }).click()
    await materials.first().getByRole('button', { name: /不要\s*第 3 页/ }).click()
    await materials.first().getByRole('button', { name: '上传 2 页' }).click()
    await expect.poll(() => materials.first().locator('.tb-files li').count()).toBe(2)
    await look(page, 'desk-camera')
    for (let i = 1; i < (await materials.count()); i += 1) await materials.nth(i).getByText('收纸质', { exact: true }).click()
    await next(page)
    await onStep(page, '领取方式')
    await next(page)
    await onStep(page, '核对提交')
    quiet(chief)
  })

  it('is examined, decided, documented and handed over on the same page (req: CASE-047)', async () => {
    const { page } = chief
    await page.getByRole('button', { name: '提交，接着当场办' }).click()
    await page.getByRole('heading', { name: '这一件办到哪里了' }).waitFor()
    await page.getByText(/还剩 \d+ 分钟/).waitFor()
    await look(page, 'desk-instant-stand')
    await page.getByRole('button', { name: '审核并办结' }).click()
    await page.getByText('已办结，可以发放').waitFor()
    await look(page, 'desk-instant-finished')
    await page.getByRole('button', { name: '发放给申请人' }).click()
    await page.getByText('已发放', { exact: true }).first().waitFor()
    await look(page, 'desk-instant-delivered')
    await open(page, '/instant-figures', '即办统计', 'desk-instant-figures')
    expect(await rows(page).first().innerText()).toMatch(/5 号窗口/)
    quiet(chief)
  })
})

describe('the acceptance page', () => {
  it('has everything of the counter together, with what to look at in each material (req: CASE-004)', async () => {
    const one = await staff('clerk')
    const { page } = one
    await open(page, '/accepting', '受理工作台')
    for (const part of ['收单个事项', '办即办件', '等预审和受理', '补正已回', '容缺待补', '数据共享查询', '专业系统']) expect(await page.locator('main').innerText()).toContain(part)
    await pick(page, '事项', '食品经营许可证核发')
    await page.locator('.ac-points dd').first().waitFor()
    await look(page, 'desk-accepting')
    await page.getByRole('link', { name: /收单个事项/ }).click()
    await page.getByRole('heading', { level: 1, name: '收件登记' }).waitFor()
    quiet(one)
  })
})
