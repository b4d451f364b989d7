/** Years of cases and the report beside them: what stands between a year and its closing, and how many cases there were. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { open, openRow, rows } from '../support/admin.ts'
import { look } from '../support/look.ts'
import { closeBrowser, type Person, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('years')
let admin: Person
let supervisor: Person

beforeAll(async () => {
  admin = await staff('sysadmin')
  supervisor = await staff('supervisor')
})
afterAll(closeBrowser)

describe('a year of cases', () => {
  it('tells what stands between it and its closing (req: OPS-016)', async () => {
    const { page } = admin
    await open(page, '/years', '年度', 'desk-years')
    expect(await rows(page).count()).toBeGreaterThan(0)
    const year = (await rows(page).first().innerText()).match(/(\d{4}) 年/)?.[1] ?? ''
    await openRow(page, `${year} 年`)
    await page.getByRole('heading', { level: 1, name: `${year} 年` }).waitFor()
    await page.getByRole('heading', { level: 2, name: '封存条件' }).waitFor()
    const told = await page.locator('main').innerText()
    for (const condition of ['年度已经过完', '办件都已办完', '归档文件齐全', '备份经过验证']) expect(told).toContain(condition)
    expect(told).toContain(`${year} 年还没有过完`)
    expect(await page.getByRole('button', { name: '封存', exact: true }).count(), 'this year is not to be closed').toBe(0)
    await look(page, 'desk-year')
    quiet(admin)
  })
})

describe('the report of cases', () => {
  it('counts them by item, department, state and month (req: OPS-007)', async () => {
    const { page } = supervisor
    await open(page, '/case-figures', '办件统计', 'desk-case-figures')
    for (const [by, key] of [['按部门', 'org'], ['按现在的状态', 'state'], ['按月', 'month']] as const) {
      await page.getByLabel('统计口径').selectOption({ label: by })
      await page.getByRole('button', { name: '查询', exact: true }).click()
      await expect.poll(() => page.url()).toContain(`by=${key}`)
      await expect.poll(() => page.locator('main').innerText()).toMatch(/合计|这段时间没有办件|没有找到/)
    }
    await look(page, 'desk-case-figures-months')
    quiet(supervisor)
  })
})
