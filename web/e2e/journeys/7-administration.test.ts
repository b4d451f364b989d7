/** Administrators keep organisations, people and roles; a new person makes the password his own. */
import { afterAll, expect } from 'vitest'
import { open, openRow, pick, readOnce, rows } from '../support/admin.ts'
import { dialog } from '../support/desk.ts'
import { look } from '../support/look.ts'
import { closeBrowser, type Person, person, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('administration')
const LOGIN = 'journey.one'
const OWN = 'Hai-Yan-2026-xyz'
let admin: Person
let once = ''
afterAll(closeBrowser)

it('the system administrator finds a person in the list and opens the page (req: IDENT-025)', async () => {
  admin = await staff('sysadmin')
  const { page } = admin
  await open(page, '/staff', '人员', 'desk-staff')
  expect(await rows(page).count()).toBeGreaterThan(3)
  await page.getByLabel('姓名、登录名或工号').fill('clerk')
  await page.getByRole('button', { name: '查询' }).click()
  await expect.poll(() => rows(page).filter({ hasNotText: 'clerk' }).count()).toBe(0)
  await openRow(page, '陈志远')
  expect(await page.locator('main').innerText()).toContain('基本资料')
  await look(page, 'desk-person')
  quiet(admin)
})

it('adds a person; what is missing is said first; the password is shown once (req: IDENT-025)', async () => {
  const { page } = admin
  await open(page, '/staff/new', '新增人员')
  await page.getByRole('button', { name: '新增人员' }).click()
  await page.locator('.tb-errsum').waitFor()
  expect(await page.title()).toMatch(/^错误：/)
  await look(page, 'desk-person-new')
  await page.getByLabel('登录名').fill(LOGIN)
  await page.getByLabel('姓名').fill('阿依古丽·买买提')
  await pick(page, '单位', '市场监督管理局')
  await page.getByRole('button', { name: '新增人员' }).click()
  await dialog(page).waitFor()
  once = await readOnce(page, '一次性密码')
  expect(once.length).toBeGreaterThan(7)
  await page.waitForURL(/\/desk\/staff\/[0-9a-f-]{36}$/)
  quiet(admin)
})

it('the new person must set a password of his own before anything else (req: IDENT-025)', async () => {
  const one = await person()
  const { page } = one
  await page.goto('/desk/')
  await page.getByLabel('登录名').fill(LOGIN)
  await page.getByLabel('密码', { exact: true }).fill(once)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { level: 1, name: '先改成自己的密码' }).waitFor()
  await look(page, 'desk-forced-password')
  await page.getByLabel('现在的密码').fill(once)
  await page.getByLabel('新密码', { exact: true }).fill(OWN)
  await page.getByLabel('再输一次新密码').fill(`${OWN}1`)
  await page.getByRole('button', { name: '修改密码并继续' }).click()
  await expect.poll(() => page.locator('.tb-errsum').innerText()).toContain('不一样')
  await page.getByLabel('再输一次新密码').fill(OWN)
  await page.getByRole('button', { name: '修改密码并继续' }).click()
  await page.waitForURL((url) => !/change-password|sign-in/.test(url.pathname))
  await one.context.close()
})

it('walks the tree of organisations and reads the history of one (req: IDENT-026)', async () => {
  const { page } = admin
  await open(page, '/orgs', '机构', 'desk-orgs')
  await page.getByLabel('名称、简称或代码').fill('市场监督管理局')
  await page.getByRole('button', { name: '查询' }).click()
  await openRow(page, '市场监督管理局')
  expect(await page.locator('main').innerText()).toContain('机构历史')
  await look(page, 'desk-org')
  quiet(admin)
})

it('compares roles by permission and sees which exclude each other (req: IDENT-029)', async () => {
  const one = await staff('secadmin')
  const { page } = one
  await open(page, '/roles', '岗位和权限', 'desk-roles')
  await openRow(page, '窗口受理')
  await look(page, 'desk-role')
  await open(page, '/roles?view=matrix', '岗位和权限', 'desk-matrix')
  await open(page, '/roles?view=exclusions', '岗位和权限', 'desk-exclusions')
  await open(page, '/access', '访问控制', 'desk-policies')
  await open(page, '/access/cross-region', '跨域账号', 'desk-cross-region')
  quiet(one)
})
