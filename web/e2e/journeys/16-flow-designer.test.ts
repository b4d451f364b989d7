/** A flow is drawn, checked, walked and published; rules get a test bench, papers a preview, administrators other keys. Half of it without a mouse. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { dialog } from '../support/desk.ts'
import { look, settled, stillFits } from '../support/look.ts'
import { api, closeBrowser, type Person, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('flow-designer')
const ROOT = resolve(import.meta.dirname, '../../..')
const STAMP = Date.now().toString(36)
const file = (path: string) => readFile(resolve(ROOT, path), 'utf8')
let editor: Person
let flow = ''
let rules = ''
afterAll(closeBrowser)

interface Definition { id: string; revision: number; content: string; version: number | null }
const create = (kind: string, name: string, content: string) => api<Definition>(editor, 'POST', '/design/definitions', { kind, key: `journey-${kind}-${STAMP}`, name, purpose: 'approval', channels: ['web'], content })
const kept = async (id: string) => (await api<Definition>(editor, 'GET', `/design/definitions/${id}`)).content
const line = (page: Page, name: string | RegExp) => page.getByRole('treeitem', { name })
const focusedLine = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.line ?? '')

async function openFlow(page: Page): Promise<void> {
  await page.goto(`/desk/design/flows/${flow}`)
  await line(page, /已受理/).waitFor()
  await settled(page)
}
/** The draft saves itself; the server has it when it says so. */
async function keeps(id: string, ...parts: string[]): Promise<void> {
  for (const part of parts) await expect.poll(() => kept(id)).toContain(part)
  await expect.poll(() => editor.page.locator('.dw__state').innerText()).toMatch(/已自动保存/)
}

it('opens a flow: bars, outline, drawing with its mark, properties (req: FORM-025)', async () => {
  editor = await staff('editor')
  const { page } = editor
  flow = (await create('flow', '食品经营许可证核发（走查）', await file('packs/items/food-operation-permit/flow.bpmn'))).id
  await openFlow(page)
  expect(await page.locator('.xd-canvas .djs-element').count()).toBeGreaterThan(20)
  expect(await page.locator('.bjs-powered-by').isVisible()).toBe(true)
  for (const kind of ['开始', '办理环节', '会签环节', '服务或机器人', '定时等待', '单选网关', '子流程', '结束', '标签']) await page.getByRole('button', { name: kind, exact: true }).waitFor()
  await look(page, 'desk-flow')
  quiet(editor)
})

it('sets who, how long, buttons, events and fields of a step; they come back as they were (req: FORM-026)', async () => {
  const { page } = editor
  await line(page, /^审查 办理环节/).click()
  await page.locator('#xp-days').fill('3')
  await page.getByLabel('自然日').check()
  await page.getByRole('button', { name: '加动态' }).click()
  await page.getByText('按钮', { exact: true }).click()
  await page.getByRole('button', { name: '加按钮' }).click()
  await page.getByLabel('结果值').fill('passed')
  await page.getByText('事件', { exact: true }).click()
  await page.getByRole('button', { name: '加事件' }).click()
  await page.getByLabel('内容').fill('您的申请进入审查')
  await page.getByText('表单权限', { exact: true }).click()
  await page.getByLabel('设置这个环节能填哪些字段').check()
  await stillFits(page, 'desk-flow-step')
  await look(page, 'desk-flow-step')
  await keeps(flow, 'tongban:days="3"', 'tongban:unit="calendar"', '<tongban:handler kind="dynamic" key="previous_handler"', '<tongban:button action="pass" label="通过" outcome="passed"', 'content="您的申请进入审查"', '<tongban:fields default="read"')
  await openFlow(page)
  await line(page, /^审查 办理环节/).click()
  expect(await page.locator('#xp-days').inputValue()).toBe('3')
  expect(await page.getByLabel('结果值').inputValue()).toBe('passed')
  quiet(editor)
})

it('adds, names, connects, moves and takes back with the keyboard alone (req: FORM-024, FORM-027)', async () => {
  const { page } = editor
  await line(page, /^审查 办理环节/).focus()
  await page.keyboard.press('a')
  await dialog(page).waitFor()
  await page.keyboard.press('Enter')
  await line(page, /没有名称（办理环节）/).waitFor()
  const added = await focusedLine(page)
  expect(added).not.toBe('')
  await page.keyboard.press('F2')
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('xp-name')
  await page.keyboard.type('联合审查')
  await page.keyboard.press('Enter')
  await line(page, /联合审查 办理环节/).waitFor()
  // It went in between: the way from 审查 leads here now, and on to the gateway.
  await line(page, /联合审查 办理环节/).focus()
  const place = () => page.locator(`.xd-canvas [data-element-id="${added}"]`).first().getAttribute('transform')
  const before = await place()
  await page.keyboard.press('Shift+ArrowDown')
  await expect.poll(place).not.toBe(before)
  await page.keyboard.press('Control+z')
  await expect.poll(place).toBe(before)
  await page.keyboard.press('c')
  await page.locator('#xd-target').selectOption({ label: '决定（办理环节）' })
  // Past 取消 to 连上.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await line(page, /→ 到决定/).waitFor()
  await page.keyboard.press('Delete')
  await expect.poll(() => line(page, /→ 到决定/).count()).toBe(0)
  await page.keyboard.press('Control+Shift+l')
  await keeps(flow, 'name="联合审查"')
  quiet(editor)
})

it('drags an element onto the drawing, renames it in place and draws a line to it with the mouse (req: FORM-025)', async () => {
  const { page } = editor
  const canvas = await page.locator('.xd-canvas').boundingBox()
  const button = await page.getByRole('button', { name: '标签', exact: true }).boundingBox()
  if (!canvas || !button) throw new Error('no canvas')
  const shapes = () => page.locator('.xd-canvas .djs-shape').evaluateAll((all) => all.map((each) => each.getAttribute('data-element-id') ?? ''))
  const before = await shapes()
  const to = { x: canvas.x + 120, y: canvas.y + canvas.height - 120 }
  await page.mouse.move(button.x + 30, button.y + 10)
  await page.mouse.down()
  await page.mouse.move(button.x + 60, button.y + 30, { steps: 3 })
  await page.mouse.move(to.x, to.y, { steps: 8 })
  await page.mouse.up()
  await expect.poll(async () => (await shapes()).length).toBe(before.length + 1)
  const added = (await shapes()).find((each) => !before.includes(each)) ?? ''
  // A label is written as soon as it lies; clicking beside it takes it over.
  await page.keyboard.press('Escape')
  await page.mouse.dblclick(to.x, to.y)
  await page.locator('.djs-direct-editing-content').waitFor()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('走查的标签')
  await page.mouse.click(canvas.x + 30, canvas.y + 60)
  await line(page, /^走查的标签/).waitFor()
  await line(page, /^审查 办理环节/).click()
  const pad = await page.locator('.djs-context-pad .entry[data-action="connect"]').boundingBox()
  const target = await page.locator(`.xd-canvas [data-element-id="${added}"] .djs-hit`).first().boundingBox()
  if (!pad || !target) throw new Error('nothing to connect')
  const lines = await page.locator('.xd-canvas .djs-connection').count()
  await page.mouse.move(pad.x + 8, pad.y + 8)
  await page.mouse.down()
  await page.mouse.move(target.x + target.width / 2, target.y + target.height / 2, { steps: 10 })
  await page.mouse.up()
  await expect.poll(() => page.locator('.xd-canvas .djs-connection').count()).toBe(lines + 1)
  await keeps(flow, '走查的标签', 'bpmn:association')
  quiet(editor)
})

it('is told what is missing, and each line leads to its element (req: FORM-028)', async () => {
  const { page } = editor
  await page.getByRole('tab', { name: /问题/ }).click()
  const missing = page.locator('.xf__one').filter({ hasText: '联合审查' }).first()
  await missing.waitFor()
  await look(page, 'desk-flow-findings')
  await line(page, /已受理/).click()
  await missing.click()
  await expect.poll(() => line(page, /^联合审查/).getAttribute('aria-selected')).toBe('true')
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await dialog(page).getByLabel('这一版改了什么').fill('加联合审查')
  await dialog(page).getByRole('button', { name: '发布', exact: true }).click()
  await expect.poll(() => dialog(page).locator('.tb-errsum').innerText()).toMatch(/没有发布/)
  await page.keyboard.press('Escape')
  await page.getByRole('tab', { name: '属性' }).click()
  await page.locator('#xp-role').selectOption({ index: 1 })
  await expect.poll(() => kept(flow)).toMatch(/name="联合审查" tongban:role=/)
  await page.getByRole('tab', { name: /问题/ }).click()
  await expect.poll(() => page.locator('.xf__one.is-error').filter({ hasText: '联合审查' }).count()).toBe(0)
  quiet(editor)
})

it('walks the flow to its end and shows where it stands (req: FORM-025)', async () => {
  const { page } = editor
  await page.getByRole('tab', { name: '试走' }).click()
  await page.locator('#xr-data').fill('handle_item = new-catering')
  await page.getByRole('button', { name: '开始试走' }).click()
  await page.locator('.xd-canvas .tb-now').first().waitFor()
  await look(page, 'desk-flow-run')
  for (let step = 0; step < 12 && !(await page.getByText('走到了结束。').isVisible()); step += 1) {
    const walked = await page.locator('.xr-path li').count()
    const outcome = page.locator('.xr select').first()
    if ((await outcome.count()) && (await outcome.locator('option[value="granted"]').count())) await outcome.selectOption('granted')
    await page.locator('.xr .xp-row .tb-btn').first().click()
    await expect.poll(async () => (await page.locator('.xr-path li').count()) > walked || (await page.getByText('走到了结束。').isVisible())).toBe(true)
  }
  await page.getByText('走到了结束。').waitFor()
  quiet(editor)
})

it('takes a file of another modeller and gives it back with everything in it (req: FORM-024)', async () => {
  const { page } = editor
  await page.getByText('文件', { exact: true }).click()
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: '导入 BPMN 文件' }).click()])
  await chooser.setFiles(resolve(ROOT, 'crates/engines/flow/tests/bpmn/foreign.bpmn'))
  await line(page, /^业务\s*审查/).waitFor()
  await page.getByText('文件', { exact: true }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出 BPMN 文件' }).click()])
  const xml = await readFile(await download.path(), 'utf8')
  for (const part of ['camunda:assignee="demo"', 'camunda:formField', 'zeebe:assignmentDefinition']) expect(xml).toContain(part)
  await page.getByRole('button', { name: '换回导入前的图' }).click()
  await line(page, /^联合审查/).waitFor()
  await keeps(flow, 'name="联合审查"')
  quiet(editor)
})

it('writes a rule, saves a case and sees which row fired (req: FORM-016)', async () => {
  const { page } = editor
  const { id } = await create('rules', '食品经营规则（走查）', await file('packs/items/food-operation-permit/rules.dmn'))
  await page.goto(`/desk/design/rules/${id}`)
  await page.locator('.tjs-table').waitFor()
  await page.getByRole('button', { name: '加一个例子' }).click()
  await page.getByLabel('例子名称').fill('新办餐饮')
  await page.getByLabel('输入：业务办理项').fill('new-catering')
  await page.getByLabel('应得').fill('required')
  await page.getByRole('button', { name: '全部试算' }).click()
  await expect.poll(() => page.locator('.xb-sum').innerText()).toBe('1 个例子，1 个相符，0 个不相符')
  await page.getByText('为什么是这个结果').click()
  await page.getByText('第 1 行命中：新办应当核查').waitFor()
  await look(page, 'desk-rules')
  await page.getByLabel('应得').fill('none')
  await page.getByRole('button', { name: '全部试算' }).click()
  await expect.poll(() => page.locator('.xb-sum').innerText()).toBe('1 个例子，0 个相符，1 个不相符')
  await page.getByRole('tab', { name: '用在哪里' }).click()
  await page.getByRole('button', { name: '绑定到一处' }).click()
  await page.getByLabel('只提醒').check()
  await page.getByLabel('提示语').fill('请核对业态和面积')
  await page.getByLabel('生效时间').fill('2027-01-01')
  await page.getByLabel('失效时间').fill('2026-01-01')
  await page.getByLabel('提示语').focus()
  await page.getByText('失效时间要在生效时间之后').waitFor()
  await look(page, 'desk-rules-bindings')
  await page.getByLabel('失效时间').fill('2027-12-31')
  await page.getByLabel('提示语').focus()
  rules = id
  await keeps(id, 'severity="warn" from="2027-01-01" until="2027-12-31" message="请核对业态和面积"', '<tongban:case name="新办餐饮"')
  quiet(editor)
})

it('makes a new decision table with the keyboard (req: FORM-016)', async () => {
  const { page } = editor
  await page.getByRole('button', { name: '加一张决策表' }).focus()
  await page.keyboard.press('Enter')
  await dialog(page).waitFor()
  await page.keyboard.type('能不能办')
  await page.keyboard.press('Tab')
  await page.keyboard.type('journey_allowed')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('.xl-list [aria-pressed="true"]').innerText()).toBe('能不能办')
  await page.locator('.tjs-table').waitFor()
  await keeps(rules, 'name="journey_allowed"', '<description>能不能办</description>')
  quiet(editor)
})

it('puts a placeholder into a paper and sees the page (req: FORM-019)', async () => {
  const { page } = editor
  const { id } = await create('paper', '受理通知（走查）', '#show: official.with("受理通知书", issuer: data.issuer, number: data.number)\n\n#addressed(data.applicant.name)\n\n')
  await page.goto(`/desk/design/papers/${id}`)
  await page.locator('#xe-text.cm-content').waitFor()
  await page.locator('iframe.xe-frame').waitFor()
  const first = await page.locator('iframe.xe-frame').getAttribute('src')
  await page.locator('#xe-text').click()
  await page.keyboard.press('Control+End')
  await page.getByRole('tab', { name: '占位符' }).click()
  await page.getByLabel('找字段').fill('事项')
  await page.getByRole('button', { name: /插入事项名称/ }).click()
  await expect.poll(() => page.locator('#xe-text').innerText()).toContain('#data.case.item;')
  await look(page, 'desk-paper-placeholders')
  await page.getByRole('tab', { name: '预览' }).click()
  await expect.poll(() => page.locator('iframe.xe-frame').getAttribute('src')).not.toBe(first)
  await look(page, 'desk-paper')
  await keeps(id, '#data.case.item;')
  quiet(editor)
})

it('redefines a key; one that is taken is refused; the designer then follows (req: FORM-027)', async () => {
  const admin = await staff('editor')
  const { page } = admin
  await page.goto('/desk/design/settings')
  await page.getByRole('heading', { level: 1, name: '设计快捷键' }).waitFor()
  await page.locator('#ks-layout').click()
  await page.keyboard.press('Control+z')
  await page.getByRole('button', { name: '保存快捷键' }).click()
  await page.locator('.tb-errsum').waitFor()
  await look(page, 'desk-design-keys')
  await page.locator('#ks-layout').click()
  await page.keyboard.press('F4')
  await page.getByRole('button', { name: '保存快捷键' }).click()
  await expect.poll(() => page.getByText('有改动没有保存').count()).toBe(0)
  quiet(admin)
  await openFlow(editor.page)
  await editor.page.getByRole('button', { name: '看快捷键' }).click()
  await expect.poll(() => dialog(editor.page).getByRole('row', { name: /自动排列/ }).innerText()).toContain('F4')
  await editor.page.keyboard.press('Escape')
  await page.getByRole('button', { name: '全部恢复默认' }).click()
  await page.getByRole('button', { name: '保存快捷键' }).click()
  await expect.poll(() => page.getByText('有改动没有保存').count()).toBe(0)
  quiet(admin, editor)
})

it('on a phone shows the drawing and lets properties be changed, and says that drawing needs a computer (req: FORM-025)', async () => {
  const { page } = editor
  await page.setViewportSize({ width: 390, height: 844 })
  await openFlow(page)
  await page.getByText('画图请用电脑').waitFor()
  expect(await page.getByRole('button', { name: '自动排列' }).count()).toBe(0)
  await line(page, /^审查 办理环节/).click()
  await page.locator('#xp-days').fill('2')
  await page.locator('#xp-name').focus()
  await keeps(flow, 'tongban:days="2"')
  quiet(editor)
})
