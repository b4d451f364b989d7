/** The own account of citizens and enterprises, connected systems, and consent to another system. */
import { afterAll, expect } from 'vitest'
import { answerCaptcha } from '../support/captcha.ts'
import { look, settled } from '../support/look.ts'
import { api, citizen, closeBrowser, person, quiet } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('citizen-account')
afterAll(closeBrowser)
/** An enterprise of the city nobody has activated before this journey. */
const USCC = '91449902MA9904E52K'

it('one sees the verified identity and where one is signed in, and ends another sign-in (req: IDENT-003, IDENT-007)', async () => {
  const here = await citizen('吴芳')
  const there = await citizen('吴芳')
  const { page } = here
  await page.goto('/my/account')
  await page.getByText('已实名认证').waitFor()
  await look(page, 'portal-account')
  await page.getByRole('link', { name: '登录和安全' }).click()
  await page.getByRole('heading', { level: 1, name: '登录和安全' }).waitFor()
  await page.getByText('就是这里').waitFor()
  await settled(page)
  await look(page, 'portal-security')
  await page.getByRole('button', { name: /^结束其他/ }).first().click()
  await page.locator('dialog[open]').getByRole('button', { name: /^结束其他/ }).click()
  await page.getByText('只在这里登录着。').waitFor()
  await expect(api(there, 'GET', '/portal/me')).rejects.toThrow(/401/)
  quiet(here)
})

it('somebody without a verified name is told so and may ask for the check (req: IDENT-003)', async () => {
  const unknown = await citizen('高鹏')
  const { page } = unknown
  await page.goto('/my/account')
  await page.getByRole('button', { name: '提交认证' }).click()
  await page.locator('#real-name-error').waitFor()
  await look(page, 'portal-real-name')
  await page.locator('#real-name').fill('高鹏')
  await page.locator('#real-id').fill('44990119930101055X')
  await page.getByRole('button', { name: '提交认证' }).click()
  // The authority answers at once, or staff will look at it; either way the page says which.
  await page.getByText(/已实名认证，可以办事|正在审核|没有通过/).first().waitFor()
  quiet(unknown)
})

it('an enterprise is activated: sum first, then the register, then the text message (req: IDENT-002)', async () => {
  const visitor = await person()
  const { page } = visitor
  await page.goto('/enterprise/activate')
  await page.getByLabel('统一社会信用代码').fill(USCC)
  await page.getByLabel(/等于几/).fill('99')
  await page.getByRole('button', { name: '查登记信息' }).click()
  await page.locator('#captcha-error').waitFor()
  await look(page, 'portal-activate')
  await answerCaptcha(page)
  await page.getByRole('button', { name: '查登记信息' }).click()
  await page.getByRole('heading', { name: '查到的登记信息' }).waitFor()
  await page.getByText('示例市云栖信息咨询有限公司').waitFor()
  expect(await page.locator('main').innerText()).not.toContain('李明')
  await page.getByLabel('短信验证码').fill('000000')
  await page.getByLabel('法定代表人身份证号码').fill('449902198506170153')
  await page.getByLabel('设一个口令').fill('Yun-Qi-2026')
  await page.getByLabel('再输一次口令').fill('Yun-Qi-2026')
  await page.getByRole('button', { name: '激活并登录' }).click()
  await page.locator('#sms-error').waitFor()
  await look(page, 'portal-activate-code')
  quiet(visitor)
})

it('an enterprise that is not known is refused without saying which part was wrong (req: IDENT-002)', async () => {
  const visitor = await person()
  const { page } = visitor
  await page.goto('/sign-in?failed')
  await page.getByRole('link', { name: '用信用代码和口令登录' }).click()
  await page.getByLabel('统一社会信用代码').fill(USCC)
  await page.getByLabel('口令', { exact: true }).fill('Not-The-One-2026')
  await answerCaptcha(page)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.locator('.tb-errsum').waitFor()
  expect(await page.getByLabel('统一社会信用代码').inputValue()).toBe(USCC)
  await look(page, 'portal-enterprise-sign-in')
  quiet(visitor)
})

it('connected systems and the consents given stand on one page (req: IDENT-006)', async () => {
  const one = await citizen('吴芳')
  const { page } = one
  await page.goto('/my/systems')
  await page.getByRole('heading', { name: '同意过的登录' }).waitFor()
  await settled(page)
  await look(page, 'portal-systems')
  quiet(one)
})

it('a request of another system that is over is told with the way back (req: IDENT-006)', async () => {
  const one = await citizen('吴芳')
  const { page } = one
  await page.goto('/consent?request=00000000-0000-7000-8000-000000000000')
  await page.getByRole('heading', { level: 1, name: '这次登录请求用不了' }).waitFor()
  await look(page, 'portal-consent-over')
  quiet(one)
})
