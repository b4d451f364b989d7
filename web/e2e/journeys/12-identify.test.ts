/** Who stands at the counter, by card and code; staff who come from the phone and from the document system. */
import { afterAll, expect } from 'vitest'
import { pick } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { look } from '../support/look.ts'
import { base, closeBrowser, outside, PASSWORD, type Person, person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('identify')
let clerk: Person
let phone: Person
afterAll(closeBrowser)

async function tell<T>(path: string, body: unknown): Promise<T> {
  const told = await fetch(`${outside}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  return (await told.json()) as T
}
const code = async (wanted: object) => (await tell<{ code: string }>('/codes/issue', wanted)).code

it('reads a card that fills in the applicant (req: IDENT-015, CASE-011)', async () => {
  clerk = await staff('clerk')
  const { page } = clerk
  await page.goto('/desk/intake')
  await page.locator('#in-q').fill('食品经营许可')
  await page.locator('#in-q').press('Enter')
  await page.locator('.in-items li').filter({ hasText: '食品经营许可证核发' }).getByRole('button', { name: /选这个/ }).click()
  await page.locator('input[name="in-handle"][value="new-catering"]').check()
  await page.getByRole('button', { name: '保存，下一步' }).click()
  await page.getByRole('button', { name: '开始读卡' }).waitFor()
  await look(page, 'desk-identify-ways')
  // Nothing lies on the reader yet.
  await page.getByRole('button', { name: '开始读卡' }).click()
  await page.getByText('读卡器上没有卡').waitFor()
  await tell('/reader/lay', { key: 'wang-haiyan', kind: 'id_card' })
  await page.getByRole('button', { name: '开始读卡' }).click()
  await page.getByRole('img', { name: '王海燕的证件相片' }).waitFor()
  expect(await page.locator('#in-name').inputValue()).toBe('王海燕')
  expect(await page.locator('#in-id').inputValue()).toBe('449902198803120267')
  await look(page, 'desk-identify-card')
  clerk.complaints.splice(0)
})

it('scans the code of an enterprise, once (req: IDENT-014)', async () => {
  const { page } = clerk
  const shown = await code({ key: 'haiyan' })
  const scan = async (text: string) => {
    await page.getByRole('button', { name: '扫码', exact: true }).click()
    await page.locator('#id-code').fill(text)
    await page.locator('#id-code').press('Enter')
  }
  await page.getByRole('button', { name: '换一个人' }).click()
  await scan(shown)
  await page.getByText('法定代表人本人').waitFor()
  expect(await page.locator('#in-name').inputValue()).toBe(RESTAURANT)
  expect(await page.locator('#in-uscc').inputValue()).toBe('92449902MA9900KX9E')
  await look(page, 'desk-identify-enterprise')
  quiet(clerk)
  await page.getByRole('button', { name: '换一个人' }).click()
  await scan(shown)
  await page.getByText('这个码已经用过').waitFor()
  await page.getByRole('button', { name: '扫码', exact: true }).click()
  await scan(await code({ key: 'haiyan', seconds: 0 }))
  await page.getByText('这个码已经过期').waitFor()
  await look(page, 'desk-identify-expired')
  clerk.complaints.splice(0)
})

it('identifies who collects a result', async () => {
  const { page } = clerk
  await page.goto('/desk/delivery')
  await tell('/reader/lay', { key: 'wang-haiyan', kind: 'id_card' })
  await page.getByRole('button', { name: '开始读卡' }).click()
  await page.getByRole('img', { name: '王海燕的证件相片' }).waitFor()
  await page.getByRole('heading', { name: '待领取的结果' }).waitFor()
  await look(page, 'desk-identify-collection')
  quiet(clerk)
})

it('links the own account to the mobile platform (req: IDENT-016)', async () => {
  const { page } = clerk
  await page.goto('/desk/account')
  const card = page.locator('section', { has: page.locator('#ac-m') })
  await card.getByRole('button', { name: '绑定', exact: true }).click()
  await dialog(page).getByLabel('现在的密码').fill(PASSWORD)
  await look(page, 'desk-mobile-link')
  await dialog(page).getByRole('button', { name: '去平台确认' }).click()
  await page.waitForURL((url) => url.origin === outside)
  await page.getByRole('button', { name: '陈志远' }).click()
  await page.getByText('绑定好了').waitFor()
  expect(new URL(page.url()).search, 'no ticket stays in the address').toBe('')
  await page.getByRole('link', { name: '回到我的账号' }).click()
  await card.getByText('已绑定').waitFor()
  await look(page, 'desk-account-linked')
  quiet(clerk)
})

it('opens the desk on the phone; a made-up ticket opens nothing', async () => {
  phone = await person()
  await phone.page.setViewportSize({ width: 390, height: 844 })
  await phone.page.goto('/desk/m?ticket=made-up')
  await phone.page.getByText('没有进入').waitFor()
  await look(phone.page, 'desk-mobile-refused')
  phone.complaints.splice(0)
  await phone.page.goto(`${outside}/mobile`)
  await phone.page.getByRole('button', { name: '陈志远' }).click()
  await phone.page.waitForURL((url) => url.origin === base && url.pathname === '/desk/m/todo')
  await look(phone.page, 'phone-todo-first')
  quiet(phone)
})

it('ends the link; the phone is signed out and does not come in again', async () => {
  const admin = await staff('secadmin')
  await admin.page.goto('/desk/mobile-links')
  await look(admin.page, 'desk-mobile-links')
  await admin.page.getByRole('button', { name: /解除绑定/ }).first().click()
  await dialog(admin.page).getByLabel('原因').fill('手机丢失')
  await answer(admin.page, '解除绑定')
  await admin.page.getByText('手机丢失').waitFor()
  quiet(admin)
  await phone.page.goto('/desk/tasks')
  await phone.page.waitForURL(/\/sign-in/)
  await phone.page.goto(`${outside}/mobile`)
  await phone.page.getByRole('button', { name: '陈志远' }).click()
  await phone.page.getByText('还没有绑定').waitFor()
  await look(phone.page, 'desk-mobile-unlinked')
  // An administrator links for somebody who can't come to the computer; both sides are told (CASE-032).
  await admin.page.getByRole('button', { name: '代人绑定' }).click()
  await pick(admin.page, '人员', '陈志远')
  await dialog(admin.page).getByLabel('平台上的用户标识').fill('yzy-chenzhiyuan')
  await dialog(admin.page).getByLabel('原因').fill('本人在外办公，电话请求代办')
  await look(admin.page, 'desk-mobile-link-make')
  await answer(admin.page, '绑定')
  await admin.page.getByText(/代为绑定：本人在外办公/).waitFor()
  await look(admin.page, 'desk-mobile-links-made')
  quiet(admin)
})

it('comes in from the document system, whose desktop shows the to-dos (req: IDENT-017)', async () => {
  const one = await person()
  await one.page.goto(`${outside}/office?user=reviewer`)
  const waiting = Number(await one.page.locator('#todo-total').innerText())
  await one.page.getByRole('link', { name: '打开通办工作台' }).click()
  await one.page.waitForURL((url) => url.origin === base && url.pathname === '/desk/')
  await one.page.getByRole('heading', { level: 1 }).waitFor()
  const bench = await one.context.request.get(`${base}/api/v1/workbench`)
  expect(((await bench.json()) as { task_total: number }).task_total).toBe(waiting)
  // The same link again opens nothing, and says so.
  await one.page.goto('/desk/enter?ticket=used')
  await one.page.getByText('这个浏览器已经登录着').waitFor()
  await look(one.page, 'desk-enter-other')
})

it('lists the card readers', async () => {
  const admin = await staff('sysadmin')
  await admin.page.goto('/desk/card-devices')
  await admin.page.getByText('READER-06').waitFor()
  await look(admin.page, 'desk-card-devices')
  quiet(admin)
})
