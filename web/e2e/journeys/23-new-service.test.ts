/** A service from nothing, in one guided path: item, form, flow, rules, papers, tried as role and channel, published; a citizen files it a minute later and the window finds it. */
import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { pick, rows } from '../support/admin.ts'
import { next as go, onStep } from '../support/apply.ts'
import { answer, dialog, openCase } from '../support/desk.ts'
import { tabTo } from '../support/keyboard.ts'
import { look, settled, stillFits } from '../support/look.ts'
import { api, citizen, closeBrowser, type Person, quiet, staff } from '../support/people.ts'
import { giveItem } from '../support/service.ts'
import { railLink } from '../support/rail.ts'
import { story } from '../support/story.ts'

const it = story('new-service')
const SLUG = 'journey-canteen'
const NAME = '老年食堂就餐登记'
const LIKE = '高龄老年津贴给付'
const OWNER = '示例区海燕小厨餐饮店'
let editor: Person
let owner: Person
let caseNumber = ''
afterAll(closeBrowser)

const says = (page: Page, text: RegExp | string) => expect.poll(() => page.locator('main').innerText()).toMatch(text)
/** The step that stands open. */
const on = (page: Page, name: string) => expect.poll(() => page.locator('#as-h').innerText()).toBe(name)
const forward = (page: Page, name: string) => page.getByRole('link', { name: `下一步：${name}` }).click()

async function publishHere(page: Page, note: string): Promise<void> {
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await dialog(page).getByLabel('这一版改了什么').fill(note)
  await answer(page, '发布')
}

it('begins with the item: like another, with a name, a key and a code of its own (req: FORM-032)', async () => {
  editor = await staff('editor')
  const { page } = editor
  await (await railLink(page, '事项管理')).click()
  await page.getByRole('heading', { level: 1, name: '事项管理' }).waitFor()
  await settled(page)
  // From here on the first step needs no mouse.
  await tabTo(page, '新事项上线', (at) => at.text === '新事项上线')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: '新事项上线' }).waitFor()
  await settled(page)
  await look(page, 'desk-assemble-begin')
  await tabTo(page, '建好', (at) => at.text === '建好，去配表单')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('.tb-errsum').innerText()).toContain('填写事项名称')
  await look(page, 'desk-assemble-begin-wrong')
  await page.getByRole('combobox', { name: '照着哪个事项' }).focus()
  await page.keyboard.type('高龄')
  await page.getByRole('option').filter({ hasText: LIKE }).waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.type(NAME)
  await page.keyboard.press('Tab')
  await page.keyboard.type(SLUG)
  await page.keyboard.press('Tab')
  await page.keyboard.type('44051199')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('.tb-errsum').innerText()).toContain('基本编码要 12 位数字，您填了 8 位')
  await page.getByLabel('基本编码').press('End')
  await page.keyboard.type('5001')
  await page.keyboard.press('Enter')
  await page.waitForURL(new RegExp(`/catalogue/${SLUG}/assemble\\?step=form$`))
  await on(page, '表单')
  quiet(editor)
})

it('makes the form in the designer and comes back with it; what is not published is said (req: FORM-032)', async () => {
  const { page } = editor
  await look(page, 'desk-assemble-form')
  await page.getByRole('button', { name: '新建', exact: true }).click()
  await dialog(page).getByLabel('名称', { exact: true }).fill('老年食堂就餐登记表')
  await dialog(page).getByLabel('标识', { exact: true }).fill('journey-canteen-form')
  await stillFits(page, 'desk-assemble-new-form')
  await answer(page, '新建')
  await page.locator('.fd').waitFor()
  for (const [kind, label] of [['单行文本', '老人姓名'], ['单选', '每天几餐'], ['多行文本', '忌口']] as const) {
    await page.getByRole('button', { name: `添加${kind}`, exact: true }).click()
    await page.locator('#fd-p-label').fill(label)
  }
  await page.locator('#fd-p-required').uncheck()
  await expect.poll(() => page.locator('.fw__state').innerText()).toMatch(/已自动保存/)
  await look(page, 'desk-assemble-designer')
  await page.getByRole('link', { name: '回到新事项上线' }).click()
  await on(page, '表单')
  await says(page, /“老年食堂就餐登记表”还没有发布/)
  await look(page, 'desk-assemble-waiting')
  await page.getByRole('link', { name: '去发布' }).click()
  await page.locator('.fd').waitFor()
  await publishHere(page, '第一版')
  await page.getByRole('link', { name: '回到新事项上线' }).click()
  await says(page, /正在用[\s\S]*老年食堂就餐登记表[\s\S]*已发布[\s\S]*第 1 版/)
  await look(page, 'desk-assemble-form-chosen')
  quiet(editor)
})

it('makes the flow, leaves the rules out, prints and tells what was set (req: FORM-032)', async () => {
  const { page } = editor
  await forward(page, '流程')
  await on(page, '流程')
  await page.getByRole('button', { name: '新建', exact: true }).click()
  await dialog(page).getByLabel('名称', { exact: true }).fill('老年食堂登记流程')
  await dialog(page).getByLabel('标识', { exact: true }).fill('journey-canteen-flow')
  await answer(page, '新建')
  await page.locator('.xd-canvas .djs-element').first().waitFor()
  await publishHere(page, '第一版')
  await page.getByRole('link', { name: '回到新事项上线' }).click()
  await says(page, /正在用[\s\S]*老年食堂登记流程[\s\S]*已发布/)
  await forward(page, '规则')
  await on(page, '规则')
  await look(page, 'desk-assemble-rules')
  await forward(page, '文书')
  await on(page, '文书')
  const made = await api<{ id: string; revision: number; content: string }>(editor, 'POST', '/design/definitions', { kind: 'paper', key: 'journey-canteen-notice', name: '就餐须知', purpose: 'application', channels: ['web', 'window'], content: '#show: official.with("就餐须知", issuer: data.issuer, number: data.number)\n\n请带好老年卡。\n' })
  await api(editor, 'POST', `/design/definitions/${made.id}/publish`, { revision: made.revision, note: '第一版' })
  await look(page, 'desk-assemble-papers-none')
  await page.getByRole('button', { name: '加事项文书' }).click()
  await dialog(page).getByLabel('文书名称').fill('就餐须知')
  await pick(page, '模板', '就餐须知')
  await dialog(page).getByLabel('告知文书').check()
  await dialog(page).getByLabel('提交申请时').check()
  await stillFits(page, 'desk-assemble-paper')
  await answer(page, '加上')
  await expect.poll(() => rows(page).allInnerTexts()).toEqual([expect.stringContaining('就餐须知')])
  await look(page, 'desk-assemble-papers')
  quiet(editor)
})

it('is tried as phone, elder mode and window clerk before anybody sees it (req: FORM-032)', async () => {
  const { page } = editor
  await forward(page, '试办')
  await on(page, '试办')
  const frame = page.frameLocator('iframe[title="表单预览"]')
  await frame.getByRole('heading', { level: 1, name: '老年食堂就餐登记表' }).waitFor()
  for (const channel of ['手机', '长辈版', '电脑']) {
    await page.getByRole('radio', { name: channel, exact: true }).check()
    await frame.getByLabel('老人姓名').waitFor()
  }
  await page.getByLabel('岗位').selectOption({ label: '窗口受理' })
  await page.getByRole('button', { name: '试提交' }).click()
  await expect.poll(() => page.locator('.pf-said').first().innerText()).toMatch(/有 \d+ 处要改/)
  await page.getByRole('button', { name: '填示例数据' }).click()
  await page.getByRole('button', { name: '让服务器判断' }).click()
  await says(page, /服务器也认为可以提交/)
  await look(page, 'desk-assemble-try')
  // Nobody finds it yet.
  const stranger = await citizen(OWNER)
  expect((await stranger.context.request.get(`/api/v1/items/${SLUG}/guide`)).status()).toBe(404)
  await stranger.context.close()
  quiet(editor)
})

it('goes live with one button; the path says what is done (req: FORM-032)', async () => {
  const { page } = editor
  await forward(page, '发布')
  await on(page, '发布')
  await says(page, /都齐了，可以发布/)
  await look(page, 'desk-assemble-publish')
  await page.getByRole('button', { name: '发布上线' }).click()
  await says(page, /已上线，第 1 版/)
  await look(page, 'desk-assemble-live')
  for (const step of ['事项', '表单', '流程', '文书']) expect(await page.getByRole('link', { name: new RegExp(`^${step}\\s*，已完成$`) }).count()).toBe(1)
  await page.getByRole('link', { name: '看办事指南' }).click()
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor()
  quiet(editor)
})

it('is filed by a citizen a minute later, and the window has it (req: FORM-032)', async () => {
  await giveItem(await staff('secadmin'), SLUG, ['clerk-civil'])
  owner = await citizen(OWNER)
  const { page } = owner
  await page.goto(`/items/${SLUG}`)
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor()
  await settled(page)
  await look(page, 'portal-new-service')
  await page.getByRole('link', { name: '在线办理' }).first().click()
  const begin = page.getByRole('button', { name: /另外新办一份|开始填写/ })
  await Promise.race([page.waitForURL(/\/my\/drafts\//), begin.waitFor()])
  if (!page.url().includes('/my/drafts/')) await begin.click()
  await page.waitForURL(/\/my\/drafts\//)
  const heading = () => page.locator('#step-title').innerText().catch(() => '')
  // Steps with nothing to ask are passed; the rest as a person meets them.
  for (const step of ['资格校验', '导办问卷', '申办自检']) {
    if ((await heading()) !== step) continue
    await page.getByRole('button', { name: /^(保存并继续|继续)$/ }).click()
    await expect.poll(heading).not.toBe(step)
  }
  await onStep(page, '授权与协议')
  if (await page.locator('#authorised').count()) await page.locator('#authorised').check()
  await page.locator('#agreed').check()
  await go(page)
  await onStep(page, '填写表单')
  await page.getByLabel('老人姓名').fill('黄阿婆')
  await page.locator('input[type="radio"][name^="f-"]').first().check()
  await look(page, 'portal-new-service-form')
  await go(page)
  await onStep(page, '提交材料')
  await go(page)
  await onStep(page, '领取方式')
  await page.locator('input[name="way"][value="self"]').check()
  await go(page)
  await onStep(page, '确认提交')
  await look(page, 'portal-new-service-confirm')
  await go(page, '提交申请')
  await page.waitForURL(/\/receipt$/)
  caseNumber = (await page.locator('.rc-facts dd').first().innerText()).trim()
  const clerk = await staff('clerk-civil')
  await openCase(clerk.page, caseNumber)
  expect(await clerk.page.locator('.dc-head').innerText()).toContain(NAME)
  await clerk.page.goto(`${clerk.page.url().split('?')[0]}?view=papers`)
  await says(clerk.page, /就餐须知/)
  quiet(owner, clerk)
})
