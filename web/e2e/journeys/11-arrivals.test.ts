/** Who a person is elsewhere: to the department and known there, from the province and signed in here, the enterprise page once; the desk sets it up and finds every ticket. */
import { afterAll, expect } from 'vitest'
import { open, rows } from '../support/admin.ts'
import { answer } from '../support/desk.ts'
import { look, settled } from '../support/look.ts'
import { base, citizen, closeBrowser, outside, person, quiet, signOn, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('arrivals')
afterAll(closeBrowser)
const FREIGHT = '/items/freight-driver-certificate'
const FOOD = '/items/food-operation-permit'
/** What the province gives a program: the address with a ticket. */
async function arrival(query: string): Promise<string> {
  const given = await fetch(`${outside}/peer/go?${query}`)
  return ((await given.json()) as { url: string }).url
}

it('an item handled in another system opens there, signed in, after the sign-in here (req: IDENT-012, IDENT-008)', async () => {
  const visitor = await person()
  const { page } = visitor
  await page.goto(FREIGHT)
  await page.getByText('这项在道路运政系统办理').waitFor()
  await settled(page)
  await look(page, 'portal-guide-jump')
  await page.getByRole('button', { name: '在线办理' }).first().click()
  // The sign-in page hands over to the province by itself; afterwards the guide goes on by itself.
  await page.getByRole('button', { name: '周强' }).first().click()
  await page.waitForURL((url) => url.href.startsWith(`${outside}/department/enter`))
  await page.getByText('您好，周强。已登录道路运政系统，不用再注册。').waitFor()
  // The identity number came between the servers, not in the address.
  expect(page.url()).not.toContain('449903199004300334')
  await page.getByText('449903199004300334').waitFor()
  quiet(visitor)
})

it('bound accounts stand on one page; the owner binds with the password over there and unbinds (req: IDENT-005, IDENT-007)', async () => {
  const one = await citizen('王海燕')
  const { page } = one
  await page.goto('/my/systems')
  await page.getByRole('button', { name: '绑定那边的账号：道路运政系统' }).click()
  await page.getByRole('textbox', { name: '账号' }).fill('wanghy')
  await page.getByLabel('密码').fill('wrong')
  await page.getByRole('button', { name: '登录并绑定' }).click()
  await page.locator('#wrong').waitFor()
  await page.getByRole('textbox', { name: '账号' }).fill('wanghy')
  await page.getByLabel('密码').fill('Yunzheng-2026')
  await page.getByRole('button', { name: '登录并绑定' }).click()
  await page.waitForURL((url) => url.origin === base && url.pathname === '/my/systems')
  await page.getByText('已绑定道路运政系统的账号“wanghy”').waitFor()
  await settled(page)
  await look(page, 'portal-bindings')
  await page.getByRole('button', { name: '解除绑定：道路运政系统' }).click()
  await page.locator('dialog[open]').getByRole('button', { name: '解除绑定' }).click()
  await page.getByText('没有绑定别的系统的账号。').waitFor()
  quiet(one)
})

it('signed in at the province one is signed in here; the same link does not serve twice (req: IDENT-010)', async () => {
  const visitor = await person()
  const { page } = visitor
  const link = await arrival(`login=li-ming&to=${FOOD}`)
  await page.goto(link)
  await page.waitForURL((url) => url.pathname === FOOD)
  await page.getByRole('heading', { level: 1, name: '食品经营许可证核发' }).waitFor()
  await page.goto('/my/account')
  await page.getByText('李明').first().waitFor()
  await page.goto(link)
  await page.getByRole('heading', { level: 1, name: '这个链接已经用过一次，不能再用。' }).waitFor()
  expect(page.url()).toBe(`${base}/arrive`)
  await look(page, 'portal-arrive-refused')
  await page.goto('/arrive')
  await page.getByRole('heading', { level: 1, name: '这个链接不完整，没有登录。' }).waitFor()
  quietButRefused(visitor)
})

/** The browser logs the 403 that the page explains. */
function quietButRefused(who: Awaited<ReturnType<typeof person>>): void {
  who.complaints = who.complaints.filter((line) => !line.includes('status of 403'))
  quiet(who)
}

it('the enterprise page asks for the account here once, then leads straight through (req: IDENT-009)', async () => {
  const visitor = await person()
  const { page } = visitor
  const query = `login=xianda&to=${FOOD}&page=enterprise`
  await page.goto(await arrival(query))
  await page.getByRole('heading', { level: 1, name: '先绑定一次账号' }).waitFor()
  await page.getByText('示例市鲜达食品超市有限公司').first().waitFor()
  await page.getByRole('button', { name: '登录并绑定' }).click()
  await page.locator('.tb-errsum').waitFor()
  await look(page, 'portal-arrive-bind')
  await page.getByRole('link', { name: '登录后绑定' }).click()
  await signOn(page, '示例市鲜达食品超市有限公司')
  await page.getByRole('button', { name: '就绑定这个账号' }).click()
  await page.waitForURL((url) => url.pathname === FOOD)
  const again = await person()
  await again.page.goto(await arrival(query))
  await again.page.waitForURL((url) => url.pathname === FOOD)
  quiet(visitor, again)
})

it('the desk sets up links and jumps, tries one, and finds every ticket (req: IDENT-012, IDENT-010)', async () => {
  const admin = await staff('sysadmin')
  const { page } = admin
  await open(page, '/systems/jumps', '事项跳转', 'desk-jumps')
  await page.getByRole('link', { name: '设置跳转', exact: true }).click()
  await page.getByRole('button', { name: '保存跳转' }).click()
  await page.locator('.tb-errsum').waitFor()
  await look(page, 'desk-jump-new')
  await page.goto('/desk/systems/jumps/freight-driver-certificate')
  await page.getByRole('button', { name: '试跑' }).click()
  await page.getByText('都正常，可以启用').waitFor()
  await look(page, 'desk-jump')
  await page.getByRole('link', { name: '修改', exact: true }).click()
  await page.getByLabel('给申请人的提示').fill('在道路运政系统办理，已经登录，不用再注册。')
  await page.getByRole('button', { name: '保存跳转' }).click()
  await page.getByText('在道路运政系统办理，已经登录，不用再注册。').waitFor()
  await open(page, '/systems/tickets', '票据记录', 'desk-tickets')
  await page.goto('/desk/systems/tickets?q=重复使用')
  await rows(page).filter({ hasText: '已拒绝' }).filter({ hasText: '重复使用' }).first().waitFor()
  await page.goto('/desk/systems?q=省政务')
  await page.getByRole('link', { name: '省政务服务网' }).click()
  await page.getByRole('heading', { name: '互认设置' }).waitFor()
  await settled(page)
  await look(page, 'desk-system-link')
  await page.locator('section', { has: page.getByRole('heading', { name: '互认设置' }) }).getByRole('link', { name: '修改' }).click()
  await page.getByLabel('本平台在对方的标识').fill('本平台')
  await page.getByRole('button', { name: '保存设置' }).click()
  await page.locator('.tb-errsum').waitFor()
  await look(page, 'desk-link')
  quiet(admin)
})

it('somebody of the staff binds an account and comes in from over there (req: IDENT-005)', async () => {
  const clerk = await staff('clerk')
  const { page } = clerk
  await page.goto('/desk/account')
  await page.getByRole('heading', { name: '绑定的账号' }).waitFor()
  await page.getByRole('button', { name: /道路运政系统/ }).click()
  await page.getByRole('textbox', { name: '账号' }).fill('clerk6')
  await page.getByLabel('密码').fill('Yunzheng-2026')
  await page.getByRole('button', { name: '登录并绑定' }).click()
  await page.waitForURL((url) => url.origin === base && url.pathname === '/desk/account')
  await page.getByText('clerk6').waitFor()
  await settled(page)
  await look(page, 'desk-account-bound')
  const other = await person()
  await other.page.goto(`${outside}/department/go?login=clerk6&password=Yunzheng-2026&to=/desk/&desk=1`)
  await other.page.waitForURL((url) => url.origin === base && !url.pathname.endsWith('/arrive'))
  await other.page.getByText('陈志远').first().waitFor()
  await page.getByRole('row').filter({ hasText: 'clerk6' }).getByRole('button', { name: /^解除/ }).click()
  await answer(page, '解除绑定')
  quiet(clerk, other)
})
