/**
 * Papers kept of people and bodies: the own disk with a marked copy and its use in an application, a proof asked of the
 * body that owns it and received into the case, a paper pulled from a source, the centre, and grants to systems.
 */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { open, openRow, pick, rows } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { file, guideOf, met, SLUG, type Filed } from '../support/filing.ts'
import { sampleOf } from '../support/form.ts'
import { look, settled } from '../support/look.ts'
import { upload } from '../support/papers.ts'
import { api, citizen, closeBrowser, type Person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('materials')
const FIRE = '公众聚集场所投入使用、营业前消防安全检查意见书'
let owner: Person
let clerk: Person
let filed: Filed

beforeAll(async () => {
  owner = await citizen(RESTAURANT)
  filed = await file(owner)
})
afterAll(closeBrowser)

const soon = () => new Date(Date.now() + 8 * 3_600_000 + 5 * 86_400_000).toISOString().slice(0, 10)

describe('the disk', () => {
  it('takes an own paper, sorts it, tells of its end, gives a marked copy (req: CASE-045)', async () => {
    const { page } = owner
    await page.goto('/my/disk')
    await page.getByRole('heading', { level: 1, name: '我的云盘' }).waitFor()
    await page.getByRole('button', { name: '上传材料' }).click()
    await page.getByRole('button', { name: '保存' }).click()
    await page.locator('.tb-errsum').getByText('选择要上传的文件').waitFor()
    await page.locator('input[type="file"]').setInputFiles(upload('主要设备设施、经营布局、操作流程等文件'))
    await page.getByLabel('名称', { exact: false }).first().waitFor()
    await page.locator('#disk-name').fill('主要设备设施、经营布局、操作流程等文件')
    const [year, month, day] = soon().split('-')
    for (const [label, value] of [['年', year], ['月', month], ['日', day]] as const) await page.getByRole('textbox', { name: label, exact: true }).fill(String(Number(value)))
    await look(page, 'portal-disk-add')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByRole('link', { name: '主要设备设施、经营布局、操作流程等文件' }).first().waitFor()
    await settled(page)
    await look(page, 'portal-disk')
    await page.getByRole('link', { name: '主要设备设施、经营布局、操作流程等文件' }).first().click()
    await page.getByRole('heading', { level: 2, name: '谁看过' }).waitFor()
    await page.getByRole('button', { name: '下载复印件' }).first().click()
    await page.getByLabel('做什么用').fill('办理店铺贷款')
    await look(page, 'portal-disk-copy')
    const taken = page.waitForEvent('download')
    await page.locator('form').getByRole('button', { name: '下载复印件' }).click()
    expect((await taken).suggestedFilename()).toContain('复印件')
    await page.getByRole('button', { name: '改名和归类' }).click()
    await page.getByLabel('放在哪一类').selectOption({ label: '办件材料' })
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText('已保存').first().waitFor()
    await look(page, 'portal-disk-item')
    quiet(owner)
  })

  it('offers its papers when applying (req: CASE-045)', async () => {
    const { page } = owner
    const sample = await sampleOf(SLUG)
    const guide = await guideOf(owner, SLUG)
    const { id } = await api<{ id: string }>(owner, 'POST', '/my/cases', { item_slug: SLUG, handle_item: sample.handle_item })
    const draft = await api<{ version: number }>(owner, 'GET', `/my/cases/${id}/draft`)
    await api(owner, 'PUT', `/my/cases/${id}/draft`, { version: draft.version, situations: { ...sample.situations, agent: 'no' }, conditions: met(guide.conditions, sample.handle_item), consents: { authorised: true, agreed: true }, form: sample.form, delivery: { way: 'self' }, step: 6 })
    await page.goto(`/my/drafts/${id}?step=6`)
    await page.getByText('云盘里有 1 份合适的').waitFor()
    await page.getByRole('button', { name: /从我的云盘选.*主要设备设施/ }).click()
    await page.getByRole('heading', { level: 3, name: '云盘里有合适的' }).waitFor()
    await look(page, 'portal-disk-pick')
    await page.locator('dialog[open]').getByRole('button', { name: '用这份：主要设备设施、经营布局、操作流程等文件' }).first().click()
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
    await page.locator('[aria-labelledby="mh-m03"]').getByText(/主要设备设施.*\.pdf/).first().waitFor()
    quiet(owner)
  })
})

describe('a correction', () => {
  it('is mended with a paper of the disk (req: CASE-045)', async () => {
    clerk = await staff('clerk')
    const { version } = await api<{ version: number }>(clerk, 'GET', `/cases/${filed.id}`)
    await api(clerk, 'POST', `/cases/${filed.id}/request-correction`, { version, items: [{ material_key: 'm03', reason: '布局图看不清，请换一份清楚的' }] })
    const { page } = owner
    await page.goto(`/my/cases/${filed.id}/corrections`)
    // What was filed arrives there too, by event: one or two.
    await page.getByText(/云盘里有 [12] 份合适的/).waitFor()
    await page.getByRole('button', { name: /从我的云盘选.*主要设备设施/ }).click()
    await page.locator('dialog[open]').getByRole('button', { name: '用这份：主要设备设施、经营布局、操作流程等文件' }).first().click()
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
    await look(page, 'portal-disk-correction')
    await page.getByRole('button', { name: '提交补正' }).click()
    await page.waitForURL(`**/my/cases/${filed.id}`)
    quiet(owner)
  })
})

describe('a proof', () => {
  it('is asked for on the case, and a paper is pulled from a source (req: CASE-045)', async () => {
    const { page } = clerk
    await page.goto(`/desk/cases/${filed.id}?view=proofs`)
    await page.getByRole('button', { name: '请部门出具' }).click()
    await dialog(page).waitFor()
    await dialog(page).getByLabel('证明', { exact: true }).selectOption({ label: FIRE })
    await pick(page, '出具部门', '消防救援')
    await dialog(page).getByLabel('用途').fill('核对经营场所的消防条件')
    await dialog(page).getByLabel('期限').fill(soon())
    await dialog(page).getByLabel('收到后放到哪份材料').selectOption({ index: 1 })
    await look(page, 'desk-proof-ask')
    await answer(page, '发出')
    await page.getByText(/还有 \d 天/).waitFor()
    await page.getByRole('button', { name: '调取材料' }).click()
    await dialog(page).waitFor()
    await pick(page, '材料', '不动产权证书')
    await dialog(page).getByLabel('用途').fill('核对经营场所的产权')
    await answer(page, '调取')
    await page.getByText('已取得', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: /放入材料.*不动产权证书/ }).click()
    await dialog(page).getByLabel('哪份材料').selectOption({ index: 1 })
    await answer(page, '放入材料')
    await look(page, 'desk-case-proofs')
    quiet(clerk)
  })

  it('is answered by the body that owns it (req: CASE-045)', async () => {
    const body = await staff('clerk-fire')
    const { page } = body
    await open(page, '/proofs?side=received', '部门调证', 'desk-proofs')
    await openRow(page, FIRE)
    expect(await page.getByRole('button', { name: '撤回' }).count(), 'the body answers, it does not withdraw').toBe(0)
    await page.getByRole('button', { name: '看完整号码' }).click()
    await dialog(page).getByLabel('用途').fill('查这家店的消防检查记录')
    await answer(page, '看完整号码')
    await page.getByText(/92449902MA9900KX9E/).first().waitFor()
    await look(page, 'desk-proof')
    await page.getByRole('button', { name: '答复' }).click()
    await dialog(page).waitFor()
    await dialog(page).locator('input[type="file"]').setInputFiles(upload('消防安全检查意见书'))
    await look(page, 'desk-proof-answer')
    await answer(page, '交给对方')
    await page.getByText('已出具，待收下').first().waitFor()
    quiet(body)
  })

  it('is received into the material of the case (req: CASE-045)', async () => {
    const { page } = clerk
    await page.goto(`/desk/cases/${filed.id}?view=proofs`)
    await page.getByRole('button', { name: new RegExp(`收下.*${FIRE}`) }).click()
    await dialog(page).waitFor()
    await answer(page, '收下')
    await page.getByText('已收下', { exact: true }).first().waitFor()
    const { events } = await api<{ events: { text: string }[] }>(clerk, 'GET', `/cases/${filed.id}`)
    expect(events.some((each) => each.text.includes(FIRE))).toBe(true)
    quiet(clerk)
  })
})

describe('the centre', () => {
  it('finds papers masked and opens one with a reason its owner reads (req: CASE-045)', async () => {
    const { page } = clerk
    await open(page, '/materials?source=pull', '材料中心', 'desk-materials')
    await openRow(page, '不动产权证书')
    await page.getByRole('button', { name: '打开' }).first().click()
    await dialog(page).getByLabel('用途').fill('核对经营场所的产权')
    const taken = page.waitForEvent('download')
    await answer(page, '打开')
    expect((await taken).suggestedFilename()).toContain('不动产权证书')
    await page.getByRole('table', { name: '打开记录' }).getByText('核对经营场所的产权').waitFor()
    await look(page, 'desk-material')
    await open(page, '/materials/pulls', '共享调取', 'desk-pulls')
    expect(await rows(page).count()).toBeGreaterThan(0)
    quiet(clerk)
    const { page: own } = owner
    await own.goto('/my/disk?q=不动产权证书')
    await own.getByRole('link', { name: '不动产权证书' }).first().click()
    await own.getByText(/用途：核对经营场所的产权/).waitFor()
    await look(own, 'portal-disk-looks')
    quiet(owner)
  })

  it('gives systems the kinds they are granted (req: CASE-045)', async () => {
    const admin = await staff('sysadmin')
    const { page } = admin
    await open(page, '/materials/grants', '调用授权', 'desk-material-grants')
    await page.getByRole('button', { name: '授权', exact: true }).click()
    await dialog(page).waitFor()
    await dialog(page).getByLabel('应用标识').fill('nobody')
    await dialog(page).getByLabel('材料').selectOption({ label: '营业执照' })
    await dialog(page).getByLabel('依据').fill('数据共享申请批复〔2026〕12 号')
    await dialog(page).getByRole('button', { name: '授权', exact: true }).click()
    await dialog(page).locator('.tb-errsum').getByText(/没有这个启用的接入系统/).waitFor()
    await look(page, 'desk-material-grant')
    quiet(admin)
  })
})
