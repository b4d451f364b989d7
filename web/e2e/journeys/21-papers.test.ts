/** Papers: a form somebody brought along is mapped and its places moved on the page, a department's fields are mapped and tried, seals are bound and logged; citizens see pairs of blank and sample. */
import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { open, pick, rows } from '../support/admin.ts'
import { answer, dialog, openCase } from '../support/desk.ts'
import { file } from '../support/filing.ts'
import { tabTo } from '../support/keyboard.ts'
import { look, settled, stillFits } from '../support/look.ts'
import { pdf } from '../support/papers.ts'
import { api, citizen, closeBrowser, person, type Person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('papers')
const PRINT = 'journey-print'
const ITEM = '食品经营许可证核发'
let editor: Person
let clerk: Person
let print = ''
let filed = { id: '', case_number: '', query_code: '' }
afterAll(closeBrowser)

interface Definition { id: string; revision: number; content: string; version: number | null }
const says = (page: Page, text: RegExp | string) => expect.poll(() => page.locator('main').innerText()).toMatch(text)
const kept = async (id: string) => (await api<Definition>(editor, 'GET', `/design/definitions/${id}`)).content
interface Spot { name: string; x: number; y: number }
const spots = async () => (JSON.parse(await kept(print)) as { spots: Spot[] }).spots

async function create(page: Page, kind: string, name: string, key: string): Promise<string> {
  await open(page, '/design', '设计中心')
  await page.getByRole('button', { name: '新建', exact: true }).click()
  await dialog(page).getByLabel(kind, { exact: true }).check()
  await dialog(page).getByLabel('名称', { exact: true }).fill(name)
  await dialog(page).getByLabel('标识', { exact: true }).fill(key)
  await answer(page, '新建')
  await page.waitForURL(/\/design\/(prints|mappings)\/[0-9a-f-]{36}$/)
  await settled(page)
  return page.url().split('/').pop() ?? ''
}
async function publish(page: Page): Promise<void> {
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await dialog(page).getByLabel('这一版改了什么').fill('第一版')
  await answer(page, '发布')
}

it('brings a PDF along; a wrong file is said before it is sent (req: FORM-019)', async () => {
  editor = await staff('editor')
  const { page } = editor
  print = await create(page, '打印模板', '食品经营许可申请书（纸质）', PRINT)
  await look(page, 'desk-print-empty')
  await page.locator('#pw-file').setInputFiles({ name: '申请书.doc', mimeType: 'application/msword', buffer: Buffer.from('old') })
  await says(page, /旧版 \.doc/)
  await page.locator('#pw-file').setInputFiles({ name: '申请书.pdf', mimeType: 'application/pdf', buffer: pdf('Application') })
  await says(page, /正在用：申请书\.pdf/)
  await page.locator('#pw-form').selectOption({ label: '食品经营许可申请书' })
  await says(page, /第 1 页 209/)
  quiet(editor)
})

it('places stand on the page: dragged with the mouse, moved with the arrow keys, exact by number (req: FORM-019)', async () => {
  const { page } = editor
  await page.getByRole('button', { name: '加一个位置' }).click()
  await page.getByLabel('名称', { exact: true }).first().fill('operator_name')
  await page.getByLabel('名称', { exact: true }).first().press('Tab')
  const spot = page.getByRole('button', { name: /operator_name，第 1 页/ })
  await spot.waitFor()
  await page.locator('canvas.ps-page').waitFor()
  await spot.scrollIntoViewIfNeeded()
  const box = await spot.boundingBox()
  if (!box) throw new Error('no spot')
  await page.mouse.move(box.x + 12, box.y + 6)
  await page.mouse.down()
  await page.mouse.move(box.x + 72, box.y + 46, { steps: 6 })
  await page.mouse.up()
  await expect.poll(async () => ((await spots())[0]?.x ?? 0) > 40 && ((await spots())[0]?.y ?? 0) > 38).toBe(true)
  const before = (await spots())[0]
  await spot.focus()
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key)
  await expect.poll(async () => { const now = (await spots())[0]; return [Math.round(((now?.x ?? 0) - (before?.x ?? 0)) * 10) / 10, Math.round(((now?.y ?? 0) - (before?.y ?? 0)) * 10) / 10] }).toEqual([2, 11])
  await page.getByLabel('左', { exact: true }).fill('25')
  await page.getByLabel('左', { exact: true }).press('Tab')
  await expect.poll(async () => (await spots())[0]?.x).toBe(25)
  await look(page, 'desk-print-spots')
  quiet(editor)
})

it('says where each place takes its value, shows the page filled in, publishes (req: FORM-019)', async () => {
  const { page } = editor
  await page.getByLabel('取自：operator_name').selectOption({ label: '经营者名称' })
  await page.getByRole('button', { name: '预览', exact: true }).click()
  await page.locator('iframe.pw-frame').waitFor()
  await look(page, 'desk-print-preview')
  await publish(page)
  await expect.poll(async () => (await api<Definition>(editor, 'GET', `/design/definitions/${print}`)).version).toBe(1)
  quiet(editor)
})

it('maps the fields of another system, with the keyboard; a required one without a source is an error, the test run says the rest (req: FORM-007)', async () => {
  const { page } = editor
  const id = await create(page, '字段映射', '食品经营许可推送', 'journey-mapping')
  await look(page, 'desk-mapping-empty')
  await page.locator('#mw-system').fill('市场监管业务系统')
  await page.locator('#mw-form').selectOption({ label: '食品经营许可申请书' })
  await tabTo(page, '加一个字段', (at) => at.text === '加一个字段')
  await page.keyboard.press('Enter')
  const row = page.locator('fieldset.mw-row').first()
  await row.getByLabel('对方字段').focus()
  await page.keyboard.type('ENTNAME')
  await page.keyboard.press('Tab')
  await page.keyboard.type('企业名称')
  await page.keyboard.press('Tab')
  await row.getByLabel('必填').focus()
  await page.keyboard.press('Space')
  await expect.poll(() => kept(id)).toContain('"required":true')
  await expect.poll(() => row.locator('.mw-wrong').allInnerTexts()).not.toEqual([])
  await look(page, 'desk-mapping-missing')
  await row.getByLabel('取自').selectOption({ label: '经营者名称' })
  await expect.poll(() => row.locator('.mw-wrong').count()).toBe(0)
  await page.getByRole('button', { name: '试运行', exact: true }).click()
  await says(page, /全部字段都合格/)
  await look(page, 'desk-mapping-run')
  await page.locator('#mw-sample').fill('{')
  await page.getByRole('button', { name: '试运行', exact: true }).click()
  await says(page, /不是正确的 JSON/)
  await stillFits(page, 'desk-mapping-wrong')
  await page.locator('#mw-sample').fill('{}')
  await publish(page)
  quiet(editor)
})

it('binds the paper and its seal to the item; the list searches, filters and goes out as a file (req: FORM-021)', async () => {
  const { page } = editor
  await open(page, '/design/item-papers', '事项文书', 'desk-item-papers-empty')
  await page.getByRole('button', { name: '加事项文书' }).click()
  await dialog(page).getByRole('button', { name: '加上' }).click()
  await expect.poll(() => dialog(page).locator('.tb-errsum').innerText()).toMatch(/事项/)
  await pick(page, '事项', ITEM)
  await dialog(page).getByLabel('文书名称').fill('纸质申请书')
  await pick(page, '模板', '食品经营许可申请书（纸质）')
  await dialog(page).getByLabel('业务受理专用章').check()
  await stillFits(page, 'desk-item-paper-add')
  await dialog(page).locator('#dialog-situation').fill('agent')
  await dialog(page).getByRole('button', { name: '加上' }).click()
  await expect.poll(() => dialog(page).locator('.tb-errsum').innerText()).toContain('问题标识=选项标识')
  await dialog(page).locator('#dialog-situation').fill('')
  await answer(page, '加上')
  await expect.poll(() => rows(page).allInnerTexts()).toEqual([expect.stringMatching(/纸质申请书[\s\S]*业务受理专用章/)])
  await look(page, 'desk-item-papers')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '导出 1 条' }).click()])
  expect(await download.suggestedFilename()).toBe('item-papers.csv')
  await page.getByLabel('用途').selectOption({ label: '告知文书' })
  await page.getByRole('button', { name: '查询' }).click()
  await says(page, /没有符合条件的/)
  quiet(editor)
})

it('the applicant sees the paper before and after filing, the window prints it moved by millimetres and seals it once (req: FORM-022)', async () => {
  const owner = await citizen(RESTAURANT)
  filed = await file(owner)
  await owner.page.goto(`/my/cases/${filed.id}`)
  await owner.page.locator('.cs-head h1').waitFor()
  await settled(owner.page)
  await owner.page.getByRole('region', { name: /打印/ }).getByText('纸质申请书').waitFor()
  await look(owner.page, 'portal-case-prints')
  clerk = await staff('clerk')
  const { page } = clerk
  await openCase(page, filed.case_number)
  await page.goto(`${page.url().split('?')[0]}?view=papers`)
  await page.getByRole('heading', { name: '打印', exact: true }).waitFor()
  await settled(page)
  await look(page, 'desk-case-prints')
  await page.getByRole('button', { name: /打印\s*纸质申请书/ }).click()
  await dialog(page).getByLabel('套打：只打填写的内容').check()
  await dialog(page).getByLabel('打印机向右偏').fill('900')
  await dialog(page).getByRole('button', { name: '打开打印件', exact: true }).click()
  await expect.poll(() => dialog(page).locator('.tb-errsum').innerText()).toMatch(/不超过 50/)
  await stillFits(page, 'desk-case-print-dialog')
  await dialog(page).getByLabel('打印机向右偏').fill('2')
  const [shown] = await Promise.all([clerk.context.waitForEvent('page'), dialog(page).getByRole('button', { name: '打开打印件', exact: true }).click()])
  await shown.close()
  await page.getByRole('button', { name: /盖章\s*纸质申请书/ }).click()
  await answer(page, '盖章')
  await expect.poll(() => page.locator('.cp-list').innerText()).toMatch(/业务受理专用章|正在盖章/)
  quiet(owner, clerk)
})

it('every stamp stands in the log (req: FORM-021)', async () => {
  const { page } = editor
  await expect.poll(async () => (await api<{ items: { state: string }[] }>(editor, 'GET', `/paper-stamps?q=${filed.case_number}`)).items[0]?.state).toBe('done')
  await open(page, '/design/stamps', '用章记录', 'desk-stamps')
  await expect.poll(() => rows(page).filter({ hasText: '纸质申请书' }).innerText()).toMatch(/业务受理专用章[\s\S]*已盖/)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /导出 \d+ 条/ }).click()])
  expect(await download.suggestedFilename()).toBe('paper-stamps.csv')
  quiet(editor)
})

it('finds a form and sees the blank beside a right one, without signing in, also in large type (req: FORM-023)', async () => {
  const guest = await person()
  const { page } = guest
  await page.goto('/samples')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await settled(page)
  await look(page, 'portal-samples')
  await page.locator('#sf-q').fill('没有这种表')
  await page.locator('#sf-q').press('Enter')
  await says(page, /没有这种表/)
  await look(page, 'portal-samples-none')
  await page.locator('#sf-q').fill('食品')
  await page.locator('#sf-q').press('Enter')
  await page.locator('.sf-name a').first().waitFor()
  await tabTo(page, 'the first form', (at) => at.tag === 'A' && at.text.includes('申请书') && !at.text.includes('食品经营许可证'))
  await page.keyboard.press('Enter')
  await page.locator('#sp-blank').waitFor()
  await settled(page)
  expect(await page.locator('.ds').count()).toBeGreaterThan(0)
  await look(page, 'portal-sample')
  await page.evaluate(() => document.documentElement.setAttribute('data-mode', 'elder'))
  await stillFits(page, 'portal-sample-elder')
  quiet(guest)
})
