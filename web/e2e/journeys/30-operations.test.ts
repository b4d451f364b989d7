/**
 * Looking after the running system: how its parts are, where a request's time goes, a fault from report to repair, a
 * threshold changed, who is on duty, an inspection, a drill, all settings.
 */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { open, openRow, rows } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { look, settled } from '../support/look.ts'
import { citizen, closeBrowser, type Person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('operations')
let operator: Person

/** An id of a request that is drawn for keeping, as the product draws: one in a hundred by its FNV-1a hash. */
function drawn(): string {
  const MASK = (1n << 64n) - 1n
  const hash = (id: string) => [...new TextEncoder().encode(id)].reduce((sum, byte) => ((sum ^ BigInt(byte)) * 0x100000001b3n) & MASK, 0xcbf29ce484222325n)
  for (;;) {
    const id = crypto.randomUUID()
    if ((hash(id) >> 20n) % 100n === 0n) return id
  }
}

beforeAll(async () => { operator = await staff('operator') })
afterAll(closeBrowser)

describe('the running system', () => {
  it('is inspected on demand and then shows its parts, its map and its curves (req: OPS-033, OPS-035)', async () => {
    const { page } = operator
    expect((await page.request.get('/api/v1/faults', { headers: { 'x-request-id': drawn() } })).status()).toBe(200)
    await open(page, '/inspections', '巡检和报告', 'desk-inspections')
    await page.getByRole('button', { name: '现在巡检' }).click()
    await answer(page, '开始巡检')
    await page.waitForURL(/\/desk\/inspections\/[0-9a-f-]{36}/)
    await page.getByRole('heading', { level: 2, name: /^服务器 / }).waitFor()
    expect(await page.locator('main').innerText()).toContain('数据恢复演练')
    await look(page, 'desk-inspection')
    await open(page, '/running', '运行情况', 'desk-running')
    const told = await page.locator('main').innerText()
    for (const part of ['数据库', '后台任务', '磁盘', '口令安全', '工作日历', '加密传输和证书']) expect(told).toContain(part)
    await page.getByRole('link', { name: '拓扑图' }).click()
    await page.getByRole('heading', { level: 2, name: '系统拓扑' }).waitFor()
    await page.getByText('连接', { exact: true }).first().click()
    await look(page, 'desk-running-map')
    await page.getByRole('link', { name: '曲线' }).click()
    await page.getByText('访问次数').first().waitFor()
    await page.getByLabel('看哪一组').selectOption('数据库')
    await page.getByText('查询次数').first().waitFor()
    await look(page, 'desk-running-curves')
    quiet(operator)
  })

  it('tells where the time of a request goes (req: OPS-019)', async () => {
    const { page } = operator
    await open(page, '/traces', '调用链', 'desk-traces')
    await page.getByRole('link', { name: '薄弱环节' }).click()
    await page.getByRole('heading', { level: 2, name: '访问', exact: true }).waitFor()
    await look(page, 'desk-traces-weakest')
    await open(page, '/traces', '调用链')
    await rows(page).filter({ hasText: 'GET /api/v1/faults' }).getByRole('link').first().click()
    await page.locator('.tc').first().waitFor()
    await look(page, 'desk-trace')
    quiet(operator)
  })
})

describe('what goes wrong', () => {
  it('is told to who is on duty, and thresholds are changed with a reason (req: OPS-033)', async () => {
    const { page } = operator
    await open(page, '/run-alarms?view=duties', '运行告警')
    await page.getByRole('button', { name: '排值班' }).first().click()
    await dialog(page).getByLabel('值班人').selectOption({ index: 1 })
    await answer(page, '排上')
    await expect.poll(() => rows(page).count()).toBe(1)
    await look(page, 'desk-duties')
    await page.getByRole('link', { name: '阈值' }).click()
    await rows(page).filter({ hasText: '磁盘空间不足' }).getByRole('button', { name: /修改/ }).click()
    await dialog(page).getByLabel('解除的值').fill('5')
    await dialog(page).getByLabel('为什么修改').fill('扩容后')
    await dialog(page).getByRole('button', { name: '保存阈值' }).click()
    await dialog(page).locator('.tb-errsum').getByText('恢复的值不能低于告警的值').waitFor()
    await look(page, 'desk-rule-wrong')
    await dialog(page).getByLabel('解除的值').fill('20')
    await answer(page, '保存阈值')
    await expect.poll(() => rows(page).filter({ hasText: '磁盘空间不足' }).first().innerText()).toContain('20')
    await look(page, 'desk-run-rules')
    await open(page, '/run-alarms', '运行告警', 'desk-run-alarms')
    quiet(operator)
  })

  it('goes from report to repair under its clocks (req: OPS-013)', async () => {
    const { page } = operator
    await open(page, '/faults', '故障单')
    await page.getByRole('button', { name: '报告故障' }).click()
    await dialog(page).getByRole('button', { name: '报告故障' }).click()
    await dialog(page).locator('.tb-errsum').waitFor()
    await look(page, 'desk-fault-new')
    await dialog(page).getByLabel('出了什么故障').fill('三号厅叫号屏不亮')
    await dialog(page).getByLabel('看到了什么').fill('九点起黑屏')
    await dialog(page).getByLabel('在哪一部分').selectOption('window')
    await answer(page, '报告故障')
    await page.waitForURL(/\/desk\/faults\/[0-9a-f-]{36}/)
    await page.getByRole('button', { name: '响应' }).click()
    await page.getByText('处理中').first().waitFor()
    await page.getByRole('button', { name: '已恢复运行' }).click()
    await dialog(page).getByLabel('怎样恢复的').fill('换了电源')
    await answer(page, '登记恢复')
    await page.getByRole('button', { name: '修复完成' }).click()
    await dialog(page).getByLabel('原因').fill('电源老化，已更换全部同批电源')
    await answer(page, '登记修复')
    await page.getByText('已修复').first().waitFor()
    await settled(page)
    await look(page, 'desk-fault')
    await open(page, '/faults?state=closed', '故障单', 'desk-faults')
    await openRow(page, '三号厅叫号屏不亮')
    await open(page, '/faults?view=figures', '故障单', 'desk-fault-figures')
    quiet(operator)
  })

  it('is practised: drills are noted and told (req: OPS-035)', async () => {
    const { page } = operator
    await open(page, '/inspections?view=drills', '巡检和报告')
    await page.getByRole('button', { name: '登记演练' }).click()
    await dialog(page).getByLabel('种类').selectOption('restore')
    await dialog(page).getByLabel('用时').fill('25')
    await dialog(page).getByLabel('通过', { exact: true }).check()
    await dialog(page).getByLabel('经过').fill('按预案恢复到临时服务器，数据一致。')
    await answer(page, '登记演练')
    await expect.poll(() => rows(page).filter({ hasText: '数据恢复演练' }).innerText()).toContain('通过')
    await look(page, 'desk-drills')
    quiet(operator)
  })

  it('is reported by a citizen, answered, and becomes a frequent question (req: OPS-038)', async () => {
    const owner = await citizen(RESTAURANT)
    await owner.page.getByRole('contentinfo').getByRole('link', { name: '问题和意见' }).click()
    await owner.page.getByRole('heading', { level: 1, name: '问题和意见' }).waitFor()
    await owner.page.getByRole('button', { name: '提交' }).click()
    await owner.page.locator('.tb-errsum').waitFor()
    await look(owner.page, 'portal-question-wrong')
    await owner.page.getByLabel('提建议').check()
    await owner.page.getByLabel('哪一方面').selectOption('simple')
    await owner.page.getByLabel('写下来').fill('收到短信以后，希望能直接打开办件。')
    await owner.page.getByRole('button', { name: '提交' }).click()
    await owner.page.getByText('待答复').waitFor()
    const { page } = operator
    await open(page, '/questions', '问题和意见', 'desk-questions')
    await openRow(page, '收到短信以后')
    await page.getByRole('button', { name: '答复', exact: true }).click()
    await dialog(page).getByLabel('列入改进').check()
    await dialog(page).getByLabel('给用户的答复').fill('好建议，下个版本加上。')
    await answer(page, '发出答复')
    await page.getByRole('button', { name: '收进常见问题' }).click()
    await dialog(page).getByLabel('问题', { exact: true }).fill('短信里能直接打开办件吗')
    await answer(page, '保存')
    await look(page, 'desk-question')
    await open(page, '/questions?view=figures', '问题和意见', 'desk-question-figures')
    await open(page, '/questions?view=faqs', '问题和意见', 'desk-faqs')
    await open(page, '/questions/new', '反映问题和意见', 'desk-ask')
    await owner.page.goto('/help/faqs')
    await owner.page.getByText('短信里能直接打开办件吗').waitFor()
    await look(owner.page, 'portal-faqs')
    await owner.page.goto('/my/questions')
    await owner.page.getByText('好建议，下个版本加上。').waitFor()
    await look(owner.page, 'portal-questions')
    quiet(operator, owner)
  })

  it('is measured against the standards, gaps told as gaps (req: OPS-043)', async () => {
    const { page } = operator
    await open(page, '/conformity', '标准符合性', 'desk-conformity')
    expect(await page.locator('main').innerText()).toContain('GB/T 39786-2021')
    quiet(operator)
  })

  it('is seldom a secret: every setting is told, only secrets are not (req: OPS-032)', async () => {
    const { page } = operator
    await open(page, '/configuration', '系统配置', 'desk-configuration')
    await page.getByLabel('查找设置').fill('数据库地址')
    await expect.poll(() => rows(page).count()).toBe(1)
    expect(await rows(page).first().innerText()).toContain('database_url')
    await page.setViewportSize({ width: 390, height: 844 })
    await open(page, '/running', '运行情况', 'desk-running-phone')
    quiet(operator)
  })
})
