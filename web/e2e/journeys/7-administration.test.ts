/** Administrators keep organisations, people and roles; a new person makes the password his own. */
import { afterAll, expect } from 'vitest'
import { open, openRow, pick, readOnce, rows } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
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

it('adds a window, gives it items and people, takes it away (req: IDENT-026)', async () => {
  const { page } = admin
  await open(page, '/windows', '窗口', 'desk-windows')
  await page.getByRole('link', { name: '新增窗口', exact: true }).click()
  await page.getByRole('button', { name: '保存窗口' }).click()
  await page.locator('.tb-errsum').waitFor()
  await look(page, 'desk-window-new')
  await page.getByLabel('窗口号').fill('99')
  await page.getByLabel('名称', { exact: true }).fill('旅程窗口')
  await page.getByLabel('所在大厅').fill('区政务服务大厅')
  await page.getByLabel('大厅代码').fill('district-hall')
  await page.getByLabel('区划').fill('449902000000')
  await pick(page, '哪个单位的窗口', '示例区市场监督管理局')
  // The list opens at its first page; the new one is found by its name.
  const saveAndFind = async () => {
    await page.getByRole('button', { name: '保存窗口' }).click()
    await page.getByRole('heading', { level: 1, name: '窗口', exact: true }).waitFor()
    await page.getByLabel('窗口名称、窗口号或代码').fill('旅程窗口')
    await page.getByRole('button', { name: '查询' }).click()
  }
  await saveAndFind()
  // Until the answer has come the rows of the first page stand there, and some of them have nobody either.
  await rows(page).filter({ hasText: '旅程窗口' }).filter({ hasText: '没有人' }).getByRole('link').first().click()
  await pick(page, '窗口人员', '陈志远')
  await look(page, 'desk-window-edit')
  await saveAndFind()
  await rows(page).filter({ hasText: '旅程窗口' }).filter({ hasText: '陈志远' }).waitFor()
  await rows(page).filter({ hasText: '旅程窗口' }).getByRole('button', { name: /删除/ }).click()
  await answer(page, '删除窗口')
  await expect.poll(() => rows(page).filter({ hasText: '旅程窗口' }).count()).toBe(0)
  quiet(admin)
})

it('hands part of the administration down and takes it back (req: IDENT-030)', async () => {
  const one = await staff('secadmin')
  const { page } = one
  await open(page, '/mandates', '管理授权', 'desk-mandates')
  await page.getByRole('link', { name: '授出管理权' }).click()
  await pick(page, '管理员', '陈志远')
  await pick(page, '管理哪个机构', '示例区市场监督管理局')
  await look(page, 'desk-mandate-new')
  await page.getByRole('button', { name: '授出管理权' }).click()
  await page.locator('.tb-errsum').waitFor()
  expect(await page.locator('.tb-errsum').innerText()).toContain('至少勾选一项')
  await page.getByLabel('看人员', { exact: true }).check()
  await page.getByRole('button', { name: '授出管理权' }).click()
  const given = rows(page).filter({ hasText: '陈志远' })
  await given.waitFor()
  await given.getByRole('button', { name: /收回/ }).click()
  await dialog(page).getByLabel('原因').fill('岗位调整')
  await answer(page, '收回管理权')
  await expect.poll(() => rows(page).filter({ hasText: '陈志远' }).count()).toBe(0)
  quiet(one)
})

it('adds a rule of exclusive duties and takes it away; built-in ones stay (req: IDENT-029)', async () => {
  const one = await staff('secadmin')
  const { page } = one
  await open(page, '/roles?view=exclusions', '岗位和权限')
  await page.getByRole('link', { name: '新增规则' }).click()
  await page.getByLabel('规则名称').fill('收件和查看评价分开')
  await page.getByLabel('理由').fill('收件的人不看自己的评价')
  await pick(page, '有了这些', '窗口受理')
  await pick(page, '就不能有这些', '督办监察')
  await look(page, 'desk-exclusion-new')
  await page.getByRole('button', { name: '保存规则' }).click()
  const made = rows(page).filter({ hasText: '收件和查看评价分开' })
  await made.waitFor()
  expect(await rows(page).filter({ hasText: '系统管理和审计分开' }).getByRole('button').count()).toBe(0)
  await look(page, 'desk-exclusions-own')
  await made.getByRole('button', { name: /删除/ }).click()
  await answer(page, '删除规则')
  await expect.poll(() => made.count()).toBe(0)
  quiet(one)
})
