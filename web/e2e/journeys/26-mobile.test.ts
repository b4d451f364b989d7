/** Staff on the phone: come in from the mobile platform, take in, examine, sign by hand and decide; orders, done list, own files, cockpit. */
import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { answer, dialog, primary } from '../support/desk.ts'
import { file, type Filed } from '../support/filing.ts'
import { look } from '../support/look.ts'
import { api, base, citizen, closeBrowser, outside, PASSWORD, type Person, person, quiet, staff } from '../support/people.ts'

import { story } from '../support/story.ts'

const it = story('mobile')
afterAll(closeBrowser)
const PHONE = { width: 390, height: 844 }
let filed: Filed
let clerk: Person
let reviewer: Person
let approver: Person
let supervisor: Person

/** Links an account as its owner does at the computer, then comes in on the phone. */
async function onThePhone(login: string, name: string): Promise<Person> {
  const desk = await staff(login)
  const begun = await api<{ authorize_url: string }>(desk, 'POST', '/staff/me/mobile-link/begin', { password: PASSWORD })
  await desk.page.goto(begun.authorize_url)
  await desk.page.getByRole('button', { name }).click()
  await desk.page.getByText('绑定好了').waitFor()
  const one = await person()
  await one.page.setViewportSize(PHONE)
  await one.page.goto(`${outside}/mobile`)
  await one.page.getByRole('button', { name }).click()
  await one.page.waitForURL((url) => url.origin === base && url.pathname === '/desk/m/todo')
  return one
}
async function openTodo(page: Page): Promise<void> {
  await page.goto(`/desk/m/todo?q=${filed.case_number}`)
  await page.locator('.cc a').first().click()
  await page.locator('.pc-foot').waitFor()
}
const view = (page: Page, name: string) => page.locator('.ph-chips').getByRole('link', { name: new RegExp(`^${name}`) }).click()
/** Says 符合 to every point of every material. */
async function tick(page: Page): Promise<void> {
  const press = async () => {
    const points = page.locator('.cr-point:not([disabled]) label.is-yes')
    for (let at = 0; at < (await points.count()); at += 1) await points.nth(at).click()
  }
  await view(page, '材料')
  const links = page.locator('.ph-list a[href*="m="]')
  await links.first().waitFor()
  for (let at = 0; at < (await links.count()); at += 1) {
    await links.nth(at).click()
    await expect.poll(() => links.nth(at).getAttribute('aria-current')).toBe('true')
    await press()
  }
  await view(page, '办理$')
  await press()
}
/** Writes by hand in the box. */
async function draw(page: Page): Promise<void> {
  const box = (await dialog(page).locator('canvas').boundingBox())!
  await dialog(page).locator('canvas').scrollIntoViewIfNeeded()
  const at = (await dialog(page).locator('canvas').boundingBox()) ?? box
  await page.mouse.move(at.x + 30, at.y + 30)
  await page.mouse.down()
  for (const [x, y] of [[120, 90], [60, 110], [200, 40], [240, 100]] as const) await page.mouse.move(at.x + x, at.y + y, { steps: 4 })
  await page.mouse.up()
}

it('takes an application in on the phone (req: CASE-032, CASE-033)', async () => {
  const owner = await citizen('王海燕')
  filed = await file(owner)
  const stranger = await person()
  await stranger.page.setViewportSize(PHONE)
  await stranger.page.goto(`${outside}/mobile`)
  await stranger.page.getByRole('button', { name: '何平' }).click()
  await stranger.page.getByText('还没有绑定').waitFor()
  clerk = await onThePhone('clerk', '陈志远')
  const { page } = clerk
  await page.getByRole('heading', { name: '待办', exact: true }).waitFor()
  await look(page, 'phone-todo')
  await openTodo(page)
  await tick(page)
  await look(page, 'phone-case-intake')
  await primary(page).click()
  await dialog(page).waitFor()
  await look(page, 'phone-accept')
  await answer(page, '受理')
  await page.getByText(/已受理|审查中/).first().waitFor()
  quiet(clerk)
})

it('examines it with what the phone has: application, materials, guide, flow, a photograph (req: CASE-034)', async () => {
  reviewer = await onThePhone('reviewer', '周敏')
  const { page } = reviewer
  await openTodo(page)
  for (const [name, seen] of [['申请', '联系人'], ['指南', '要交的材料'], ['流程', '流程']] as const) {
    await view(page, name)
    await page.getByText(seen).first().waitFor()
  }
  await look(page, 'phone-case-flow')
  await view(page, '文书')
  await look(page, 'phone-case-papers')
  await view(page, '办理材料')
  await page.getByRole('button', { name: '加办理材料' }).click()
  await dialog(page).getByLabel('名称').fill('电话记录')
  await dialog(page).getByLabel('说明').fill('已请申请人补一张门头照片')
  await answer(page, '加办理材料')
  await page.getByText('已请申请人补一张门头照片').waitFor()
  await look(page, 'phone-case-handling')
  // A file the applicant handed in is replaced: the original stays to be read (CASE-034).
  await view(page, '材料')
  await page.getByRole('button', { name: /^更换文件/ }).click()
  await dialog(page).locator('input[type="file"]').setInputFiles({ name: '清晰扫描件.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF') })
  await dialog(page).getByLabel('原因').fill('申请人来电同意，换成清晰的扫描件')
  await look(page, 'phone-material-replace')
  await answer(page, '更换文件')
  await page.getByText('受理后改过 1 次').waitFor()
  await look(page, 'phone-material-changed')
  await tick(page)
  await page.locator('#opinion').fill('材料齐全，符合要求。')
  await page.locator('#attach').setInputFiles({ name: '现场.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') })
  await page.getByText('现场.png').first().waitFor()
  await look(page, 'phone-case-review')
  await primary(page).click()
  await page.locator('#opinion').waitFor({ state: 'detached' })
  quiet(reviewer)
})

it('adds a signature by hand, and one by a picture for who cannot write (req: CASE-038)', async () => {
  const inspector = await staff('inspector')
  const seen = await api<{ id: string; version: number; my_task: { id: string } }>(inspector, 'GET', `/cases/${filed.id}`)
  await api(inspector, 'POST', `/cases/${filed.id}/tasks/${seen.my_task.id}/complete`, { version: seen.version, outcome: 'pass', opinion: '现场符合要求' })
  approver = await onThePhone('approver', '刘文斌')
  const { page } = approver
  await page.getByRole('link', { name: '我的', exact: true }).click()
  await look(page, 'phone-me')
  await page.getByRole('link', { name: '我的签名' }).click()
  await page.getByRole('button', { name: '加签名' }).click()
  await dialog(page).getByLabel('名称').fill('签名一')
  await draw(page)
  await look(page, 'phone-signature-draw')
  await dialog(page).getByLabel('密码', { exact: true }).fill('wrong')
  await dialog(page).getByRole('button', { name: '保存' }).click()
  await dialog(page).locator('[role="alert"]').waitFor()
  await dialog(page).getByLabel('密码', { exact: true }).fill(PASSWORD)
  await answer(page, '保存')
  await page.getByText('已启用').waitFor()
  await page.getByRole('button', { name: /^停用.*签名一/ }).click()
  await answer(page, '停用')
  await page.getByText('已停用', { exact: true }).first().waitFor()
  await page.getByRole('button', { name: /^启用.*签名一/ }).click()
  await answer(page, '启用')
  await page.getByRole('button', { name: /^停用.*签名一/ }).waitFor()
  await look(page, 'phone-signatures')
  quiet(approver)
})

it('decides with signature and handwritten opinion; both stand in the case (req: CASE-038, CASE-035)', async () => {
  const { page } = approver
  await openTodo(page)
  await tick(page)
  await page.locator('#opinion').fill('同意。')
  await page.getByRole('button', { name: '写一条' }).click()
  await dialog(page).getByLabel('写的是什么').fill('同意。注意通风。')
  await draw(page)
  await answer(page, '保存')
  await page.getByRole('img', { name: '同意。注意通风。的图片' }).waitFor()
  await page.locator('.sb-row', { hasText: '签名一' }).click()
  await look(page, 'phone-case-decide')
  await primary(page).click()
  await page.locator('#opinion').waitFor({ state: 'detached' })
  await view(page, '流程')
  await page.getByRole('img', { name: '刘文斌的签名' }).waitFor()
  await page.getByRole('img', { name: '刘文斌的手写意见' }).waitFor()
  await look(page, 'phone-case-signed')
  // The paper of the decision shows both drawings: their pictures are streams of their own.
  const seen = await api<{ documents: { id: string; kind: string }[] }>(approver, 'GET', `/cases/${filed.id}`)
  const grant = seen.documents.find((one) => one.kind === 'grant')!
  const paper = await approver.context.request.get(`${base}/api/v1/cases/${filed.id}/documents/${grant.id}`)
  const text = (await paper.body()).toString('latin1')
  expect(text.startsWith('%PDF-')).toBe(true)
  for (const height of [240, 320]) expect(text, `a picture of ${height}`).toMatch(new RegExp(`/Height ${height}\\b`))
  quiet(approver)
})

it('finds what one has done, names it, leaves it out (req: CASE-037)', async () => {
  const { page } = reviewer
  await page.getByRole('link', { name: '已办', exact: true }).click()
  await page.locator('.ph-list > li').first().waitFor()
  await page.locator('#done-q').fill(filed.case_number)
  await page.locator('#done-q').press('Enter')
  await page.getByText('共 1 件').waitFor()
  await page.getByRole('button', { name: /^起名/ }).click()
  await dialog(page).getByLabel('自己起的名称').fill('学校门口那家')
  await answer(page, '起名')
  await page.getByText('学校门口那家').first().waitFor()
  await look(page, 'phone-done')
  await page.getByRole('button', { name: /^移出/ }).click()
  await dialog(page).getByLabel('原因').fill('同一家已经重办')
  await answer(page, '移出')
  await page.getByText('没有找到').waitFor()
  await page.getByRole('link', { name: '移出的' }).click()
  await page.getByText('学校门口那家').first().waitFor()
  quiet(reviewer)
})

it('keeps own files and finds them again (req: CASE-037)', async () => {
  const { page } = reviewer
  await page.goto('/desk/m/materials')
  await page.getByRole('button', { name: '加一份材料' }).click()
  await dialog(page).getByLabel('文件').setInputFiles({ name: '核查表.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF') })
  await dialog(page).getByLabel('说明').fill('空表')
  await answer(page, '加一份材料')
  await page.getByText('核查表.pdf').first().waitFor()
  await page.locator('#mat-q').fill('没有这份')
  await page.locator('#mat-q').press('Enter')
  await page.getByText('没有找到').waitFor()
  await page.locator('#mat-q').fill('空表')
  await page.locator('#mat-q').press('Enter')
  await page.getByText('核查表.pdf').first().waitFor()
  await look(page, 'phone-materials')
  quiet(reviewer)
})

it('an order goes from the desk to the phone and back (req: CASE-036, CASE-021)', async () => {
  supervisor = await staff('supervisor')
  const owner = await citizen('王海燕')
  const second = await file(owner)
  await api(supervisor, 'POST', `/cases/${second.id}/urge`, { text: '群众来电，请今天回复进度', order: true })
  await supervisor.page.goto('/desk/supervisions')
  await supervisor.page.getByText('群众来电，请今天回复进度').first().waitFor()
  await look(supervisor.page, 'desk-supervisions')
  const { page } = clerk
  await page.getByRole('link', { name: '督办', exact: true }).click()
  await page.getByText('群众来电，请今天回复进度').first().waitFor()
  await look(page, 'phone-supervise')
  await page.getByText('群众来电，请今天回复进度').first().click()
  await page.getByRole('button', { name: '签收' }).click()
  await page.getByText('待回复').first().waitFor()
  await page.getByLabel('写进展或反馈').fill('材料已经在审，下午受理')
  await page.getByRole('button', { name: '发出' }).click()
  await page.locator('.ov-notes').getByText('材料已经在审，下午受理').first().waitFor()
  await page.getByRole('button', { name: '回复', exact: true }).click()
  await dialog(page).getByLabel('回复').fill('今天下午受理')
  await answer(page, '回复')
  await page.getByText('待办结').first().waitFor()
  await look(page, 'phone-order')
  await supervisor.page.getByRole('link', { name: /食品经营/ }).first().click()
  await supervisor.page.getByRole('main').getByText('材料已经在审，下午受理').first().waitFor()
  await supervisor.page.getByRole('button', { name: '办结' }).click()
  await dialog(supervisor.page).getByLabel('结果').fill('已经回复群众')
  await answer(supervisor.page, '办结')
  await supervisor.page.getByText('已办结').first().waitFor()
  await look(supervisor.page, 'desk-order')
  quiet(clerk, supervisor)
})

it('leaders see departments and go down to their cases (req: CASE-039)', async () => {
  const { page } = supervisor
  await page.setViewportSize(PHONE)
  await page.goto('/desk/m/cockpit')
  await page.getByRole('heading', { name: '各部门', exact: true }).waitFor()
  await look(page, 'phone-cockpit')
  await page.getByRole('link', { name: /^看办件/ }).first().click()
  await page.locator('.cc a').first().waitFor()
  await look(page, 'phone-cases')
  quiet(supervisor)
})
