/** The window takes in a paper application and accepts it at once. */
import { afterAll, expect } from 'vitest'
import { fillForm, formOf, sampleOf } from '../support/form.ts'
import { SLUG } from '../support/filing.ts'
import { look } from '../support/look.ts'
import { closeBrowser, type Person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('counter')
let clerk: Person
afterAll(closeBrowser)

const title = () => clerk.page.locator('#in-title')
async function onStep(name: string): Promise<void> {
  await expect.poll(() => title().innerText(), { message: `step ${name}; ${(await clerk.page.locator('.tb-errsum').allInnerTexts()).join()}` }).toBe(name)
}
const next = () => clerk.page.getByRole('button', { name: '保存，下一步' }).click()

it('chooses the item and the applicant, told what is missing (req: CASE-011)', async () => {
  clerk = await staff('clerk')
  const { page } = clerk
  await page.goto('/desk/intake')
  await page.locator('#in-q').waitFor()
  await look(page, 'desk-intake-item')
  await page.locator('#in-q').fill('食品经营许可')
  await page.locator('#in-q').press('Enter')
  await page.locator('.in-items li').filter({ hasText: '食品经营许可证核发' }).getByRole('button', { name: /选这个/ }).click()
  await page.locator('input[name="in-handle"][value="new-catering"]').check()
  await next()
  await onStep('认申请人')
  await next()
  await page.locator('.tb-errsum').waitFor()
  await look(page, 'desk-intake-applicant-errors')
  await page.locator('input[name="in-kind"][value="enterprise"]').check()
  await page.locator('#in-name').fill(RESTAURANT)
  await page.locator('#in-uscc').fill('92449902MA9900KX9E')
  await page.locator('#in-legal').fill('王海燕')
  await page.locator('#in-phone').fill('19900000001')
  await next()
  await onStep('问情形')
  quiet(clerk)
})

it('asks the situation, fills in the form, receives the paper, asks how the result goes (req: CASE-011)', async () => {
  const { page } = clerk
  const sample = await sampleOf(SLUG)
  for (const [key, value] of Object.entries({ ...sample.situations, agent: 'no' })) await page.locator(`input[name="in-s-${key}"][value="${value}"]`).check()
  await look(page, 'desk-intake-situation')
  await next()
  await onStep('填表')
  await page.locator('#f-area').waitFor()
  await fillForm(page, await formOf(SLUG), sample.form)
  await look(page, 'desk-intake-form')
  await next()
  await onStep('收材料')
  const rows = page.locator('.im > li')
  for (let i = 0; i < (await rows.count()); i += 1) await rows.nth(i).getByText('收纸质', { exact: true }).click()
  await look(page, 'desk-intake-materials')
  await next()
  await onStep('领取方式')
  await look(page, 'desk-intake-delivery')
  await next()
  await onStep('核对提交')
  await look(page, 'desk-intake-confirm')
  quiet(clerk)
})

it('accepts at once and prints the receipt (req: CASE-011, CASE-012)', async () => {
  const { page } = clerk
  await page.getByRole('button', { name: '提交并受理' }).click()
  await page.getByText('收件回执').first().waitFor()
  expect(await page.getByRole('status').first().innerText()).toContain('已受理')
  await look(page, 'desk-intake-receipt')
  const paper = page.locator('.ir-actions a[href*="/documents/"]').first()
  await paper.waitFor()
  const answer = await clerk.context.request.get((await paper.evaluate((each) => (each as HTMLAnchorElement).href)))
  expect((await answer.body()).subarray(0, 4).toString('latin1')).toBe('%PDF')
  await page.getByRole('link', { name: '打开办件' }).click()
  await page.locator('.dc-head h1').waitFor()
  await look(page, 'desk-case-counter')
  quiet(clerk)
})
