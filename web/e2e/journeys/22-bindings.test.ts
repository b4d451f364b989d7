/** Rules that check what is filled in: bound to a form and a channel, found in the list by form, channel and day, warn at the window and stop on the web; taken out as a file. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { afterAll, expect } from 'vitest'
import { open, rows } from '../support/admin.ts'
import { dialog, answer } from '../support/desk.ts'
import { tabTo } from '../support/keyboard.ts'
import { look, stillFits } from '../support/look.ts'
import { api, closeBrowser, type Person, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('bindings')
const ROOT = resolve(import.meta.dirname, '../../..')
const NAME = '食品经营检测规则'
let editor: Person
let id = ''
afterAll(closeBrowser)

interface Definition { id: string; revision: number; content: string; version: number | null }
const kept = async () => (await api<Definition>(editor, 'GET', `/design/definitions/${id}`)).content

it('binds a decision to a form and a channel; a binding that would never work is said (req: FORM-016)', async () => {
  editor = await staff('editor')
  const { page } = editor
  const content = await readFile(resolve(ROOT, 'packs/items/food-operation-permit/rules.dmn'), 'utf8')
  id = (await api<Definition>(editor, 'POST', '/design/definitions', { kind: 'rules', key: 'journey-bound', name: NAME, purpose: 'application', channels: ['web'], content })).id
  await page.goto(`/desk/design/rules/${id}`)
  await page.locator('.tjs-table').waitFor()
  await page.getByRole('tab', { name: '用在哪里' }).click()
  await look(page, 'desk-rules-unbound')
  // Bound without a mouse.
  await tabTo(page, '绑定到一处', (at) => at.text === '绑定到一处')
  await page.keyboard.press('Enter')
  await page.getByLabel('提示语').fill('请核对业态和面积')
  await page.getByLabel('只提醒').check()
  await page.getByLabel('生效时间').fill('2026-01-01')
  await page.getByLabel('失效时间').fill('2025-01-01')
  await page.getByLabel('提示语').focus()
  await page.getByText('失效时间要在生效时间之后').waitFor()
  await page.getByLabel('失效时间').fill('2027-12-31')
  await page.getByLabel('提示语').focus()
  await expect.poll(kept).toContain('message="请核对业态和面积"')
  await stillFits(page, 'desk-rules-bound')
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await dialog(page).getByLabel('这一版改了什么').fill('绑定到申请表')
  await answer(page, '发布')
  quiet(editor)
})

it('the list tells what is checked where; it is searched, narrowed and taken out (req: FORM-016)', async () => {
  const { page } = editor
  await open(page, '/design/bindings', '检测规则')
  await expect.poll(() => rows(page).filter({ hasText: '请核对业态和面积' }).innerText()).toMatch(/只提醒[\s\S]*在用/)
  await look(page, 'desk-bindings')
  await page.locator('#f-q').fill('没有这条')
  await page.locator('#f-q').press('Enter')
  await expect.poll(() => page.locator('main').innerText()).toMatch(/没有符合条件的/)
  await look(page, 'desk-bindings-none')
  await page.getByRole('button', { name: '清空条件' }).first().click()
  await page.getByRole('button', { name: '更多' }).click()
  await page.locator('#f-severity').selectOption({ label: '只提醒' })
  await page.locator('#f-day').fill('2026-06-01')
  await page.getByRole('button', { name: '查询' }).click()
  await expect.poll(() => rows(page).filter({ hasText: '请核对业态和面积' }).innerText()).toContain('在用')
  // On a day after its end it is told as over.
  await page.locator('#f-day').fill('2028-06-01')
  await page.getByRole('button', { name: '查询' }).click()
  await expect.poll(() => rows(page).filter({ hasText: '请核对业态和面积' }).innerText()).toContain('已经结束')
  await page.locator('#f-time').selectOption({ label: '在用' })
  await page.getByRole('button', { name: '查询' }).click()
  await expect.poll(() => rows(page).filter({ hasText: '请核对业态和面积' }).count()).toBe(0)
  await page.getByRole('button', { name: '清空条件' }).first().click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /导出|下载/ }).first().click()])
  const text = await readFile(await download.path(), 'utf8')
  expect(text).toContain('请核对业态和面积')
  expect(text).toContain('只提醒')
  quiet(editor)
})

it('a row leads to its rules; rules that check something are not taken out of use unseen (req: FORM-016)', async () => {
  const { page } = editor
  await rows(page).filter({ hasText: '请核对业态和面积' }).getByRole('link').first().click()
  await page.waitForURL(new RegExp(`/design/rules/${id}$`))
  await page.locator('.tjs-table').waitFor()
  await page.getByRole('link', { name: '设计中心' }).first().click()
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor()
  await page.locator('summary').filter({ hasText: '更多' }).click()
  await page.getByRole('button', { name: '停用' }).click()
  await dialog(page).getByLabel('原因').fill('换成新规则')
  await dialog(page).getByRole('button', { name: '停用', exact: true }).click()
  await dialog(page).locator('.tb-errsum').waitFor()
  await stillFits(page, 'desk-rules-disable')
  await dialog(page).getByRole('button', { name: '不停用' }).click()
  await open(page, '/design/bindings?time=in_force', '检测规则')
  await expect.poll(() => rows(page).filter({ hasText: '请核对业态和面积' }).count()).toBe(1)
  quiet(editor)
})
