/** What is promised beside what the day measured: the table, one target as a curve, the report as a file. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { open, rows } from '../support/admin.ts'
import { answer } from '../support/desk.ts'
import { look, settled } from '../support/look.ts'
import { closeBrowser, type Person, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('targets')
let operator: Person

beforeAll(async () => { operator = await staff('operator') })
afterAll(closeBrowser)

describe('response targets', () => {
  it('show what was promised and what was measured, and a target as a curve (req: OPS-001, OPS-005)', async () => {
    const { page } = operator
    // An inspection takes the minute that was counted so far.
    await open(page, '/inspections', '巡检和报告')
    await page.getByRole('button', { name: '现在巡检' }).click()
    await answer(page, '开始巡检')
    await page.waitForURL(/\/desk\/inspections\/[0-9a-f-]{36}/)
    await open(page, '/targets', '响应达标', 'desk-targets')
    await expect.poll(() => rows(page).filter({ hasText: '支撑系统' }).count()).toBeGreaterThan(0)
    const told = await page.locator('main').innerText()
    for (const word of ['17.13', '311.11', '登录后的第一页', '磁盘可用']) expect(told).toContain(word)
    await rows(page).filter({ hasText: '支撑系统' }).first().getByRole('button', { name: /^看曲线/ }).click()
    await page.getByRole('heading', { level: 2, name: /，每天$/ }).waitFor()
    await settled(page)
    await look(page, 'desk-targets-curve')
    await page.getByLabel('子系统', { exact: true }).selectOption('multiplan')
    await page.getByText('产品里还没有这个子系统的接口').waitFor()
    await page.getByRole('button', { name: '没有访问的也列出' }).click()
    await expect.poll(() => rows(page).filter({ hasText: '多规合一' }).count()).toBe(5)
    await look(page, 'desk-targets-one')
    const file = page.waitForEvent('download')
    await page.getByRole('link', { name: '导出' }).click()
    expect((await file).suggestedFilename()).toBe('response-targets.csv')
    quiet(operator)
  })
})
