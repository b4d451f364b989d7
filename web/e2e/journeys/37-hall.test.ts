/**
 * A hall with a queue: a number is called to the window and taken over into a case, another is written down by hand, and a
 * package of two items is taken in for one visitor, whose certificates are collected together.
 */
import { afterAll, describe, expect } from 'vitest'
import { open, rows } from '../support/admin.ts'
import { answer, dialog } from '../support/desk.ts'
import { fillForm, formOf, type Sample, sampleOf } from '../support/form.ts'
import { look } from '../support/look.ts'
import { citizen, closeBrowser, outside, type Person, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('hall')
const ALLOWANCE = 'senior-allowance'
const ALLOWANCE_NAME = '高龄老年津贴给付'
const SUBSIDIES = 'disability-two-subsidies'
const SUBSIDIES_NAME = '困难残疾人生活补贴和重度残疾人护理补贴资格认定'
const VISITOR = { name: '何勇', id_number: '449902196809150193', phone: '19900000010' }
let clerk: Person
let owner: Person
afterAll(closeBrowser)

async function queue(path: string, body: unknown): Promise<{ told: { status: number } }> {
  const answered = await fetch(`${outside}/queue/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  return (await answered.json()) as { told: { status: number } }
}
const next = (page: Person['page']) => page.getByRole('button', { name: '保存，下一步' }).click()
/** Waits for the heading of a step; what is wrong is told with it. */
const onStep = (page: Person['page'], at: string, name: string | RegExp) => expect.poll(async () => `${await page.locator(at).innerText()}${(await page.locator('.tb-errsum').allInnerTexts()).join()}`).toMatch(name)
async function answerSituations(page: Person['page'], sample: Sample): Promise<void> {
  for (const [key, value] of Object.entries(sample.situations)) if (await page.locator(`input[name="in-s-${key}"]`).count()) await page.locator(`input[name="in-s-${key}"][value="${value}"]`).check()
}
async function paper(page: Person['page']): Promise<void> {
  const materials = page.locator('.im > li')
  await materials.first().waitFor()
  for (let i = 0; i < (await materials.count()); i += 1) await materials.nth(i).getByText('收纸质', { exact: true }).click()
}
const called = (page: Person['page'], number: string) => page.locator('.ct li').filter({ hasText: number })

describe('a number of the queue', () => {
  it('is called to the window and shown there at once (req: CASE-004, HALL-028)', async () => {
    clerk = await staff('clerk-general')
    const { page } = clerk
    await open(page, '/accepting', '受理工作台')
    await page.getByText('现在没有叫到您窗口的号。').waitFor()
    expect((await queue('tickets', { hall: 'district-hall', business: '养老助残', item: ALLOWANCE, visitor: VISITOR })).told.status).toBe(200)
    await queue('call', { hall: 'district-hall', window: '2' })
    await called(page, 'A001').getByText('已叫号').waitFor()
    expect(await called(page, 'A001').innerText()).toContain('何*')
    expect(await page.locator('main').innerText()).not.toContain(VISITOR.name)
    await look(page, 'desk-called')
    quiet(clerk)
  })

  it('is taken over: its visitor and item open the intake, and the case keeps the number (req: CASE-011)', async () => {
    const { page } = clerk
    const sample = await sampleOf(ALLOWANCE)
    await called(page, 'A001').getByRole('button', { name: /接待/ }).click()
    await page.getByRole('heading', { level: 1, name: '收件登记' }).waitFor()
    await page.locator('.in-chosen').getByText(ALLOWANCE_NAME).waitFor()
    await page.locator(`input[name="in-handle"][value="${sample.handle_item}"]`).check()
    await look(page, 'desk-called-intake')
    await next(page)
    await onStep(page, '#in-title', '认申请人')
    expect(await page.locator('#in-name').inputValue()).toBe(VISITOR.name)
    expect(await page.locator('#in-id').inputValue()).toBe(VISITOR.id_number)
    await page.getByText(/来自号票 A001/).waitFor()
    await look(page, 'desk-called-applicant')
    await next(page)
    await onStep(page, '#in-title', '问情形')
    await answerSituations(page, sample)
    await next(page)
    await onStep(page, '#in-title', '填表')
    await fillForm(page, await formOf(ALLOWANCE), sample.form)
    await next(page)
    await onStep(page, '#in-title', '收材料')
    await paper(page)
    await next(page)
    await onStep(page, '#in-title', '领取方式')
    await next(page)
    await onStep(page, '#in-title', '核对提交')
    await page.getByRole('button', { name: '只收件' }).click()
    await page.getByText('收件回执').first().waitFor()
    expect(await page.locator('main').innerText()).toContain('A001')
    await look(page, 'desk-called-receipt')
    await page.getByRole('link', { name: '打开办件' }).click()
    await page.locator('.dc-head h1').waitFor()
    await page.getByText('A001').first().waitFor()
    await look(page, 'desk-called-case')
    quiet(clerk)
  })

  it('is finished, and stands in the list with its case (req: CASE-011)', async () => {
    const { page } = clerk
    await open(page, '/accepting', '受理工作台')
    await called(page, 'A001').getByText('接待中').waitFor()
    await called(page, 'A001').getByRole('link', { name: ALLOWANCE_NAME }).waitFor()
    await called(page, 'A001').getByRole('button', { name: /办完了/ }).click()
    await page.getByText('现在没有叫到您窗口的号。').waitFor()
    await page.getByText('叫号系统没有连上的，手工登记号票').click()
    await page.getByLabel('号码').fill('c12')
    await page.getByRole('button', { name: '登记号票' }).click()
    await called(page, 'C12').getByText('接待中').waitFor()
    await look(page, 'desk-called-by-hand')
    await called(page, 'C12').getByRole('button', { name: /办完了/ }).click()
    await dialog(page).getByText(/没有登记过办件/).waitFor()
    await answer(page, '办完了')
    await page.getByText('现在没有叫到您窗口的号。').waitFor()
    await open(page, '/tickets', '号票')
    await expect.poll(() => rows(page).count()).toBe(2)
    await look(page, 'desk-tickets')
    await rows(page).filter({ hasText: 'A001' }).getByRole('link').first().click()
    await page.getByRole('heading', { level: 1, name: 'A001' }).waitFor()
    await page.getByText(/叫号系统：已叫号/).waitFor()
    await look(page, 'desk-ticket')
    quiet(clerk)
  })
})

describe('a package', () => {
  it('is chosen with the items wanted; the visitor is taken down once (req: CASE-004)', async () => {
    // Who has an account finds the cases there.
    owner = await citizen(VISITOR.name)
    const { page } = clerk
    await open(page, '/package-intake', '套餐收件')
    await page.locator('.sp__cards > li').filter({ hasText: '扶残助困' }).waitFor()
    expect(await page.locator('.sp__cards > li').filter({ hasText: '餐馆开业' }).innerText()).toContain('9 号窗口')
    await look(page, 'desk-package-cards')
    await page.locator('.sp__cards > li').filter({ hasText: '扶残助困' }).getByRole('button', { name: /办这个套餐/ }).click()
    await next(page)
    await page.locator('.tb-errsum').waitFor()
    await page.getByRole('checkbox', { name: new RegExp(ALLOWANCE_NAME) }).check()
    await look(page, 'desk-package-items')
    await next(page)
    await onStep(page, '#pi-title', '认申请人')
    await page.locator('#in-name').fill(VISITOR.name)
    await page.locator('#in-id').fill(VISITOR.id_number)
    await page.locator('#in-phone').fill(VISITOR.phone)
    await next(page)
    quiet(clerk)
  })

  it('goes through each item, a shared paper is received once (req: CASE-004)', async () => {
    const { page } = clerk
    for (const [slug, at] of [[SUBSIDIES, 1], [ALLOWANCE, 2]] as const) {
      const sample = await sampleOf(slug)
      await onStep(page, '#pi-title', new RegExp(`第 ${at} 项，共 2 项[\\s\\S]*办哪一种`))
      await page.locator(`input[name="in-handle"][value="${sample.handle_item}"]`).check()
      await next(page)
      await onStep(page, '#pi-title', /问情形/)
      await answerSituations(page, sample)
      await next(page)
      await onStep(page, '#pi-title', /填表/)
      await fillForm(page, await formOf(slug), sample.form)
      if (at === 2) await look(page, 'desk-package-form')
      await next(page)
      await onStep(page, '#pi-title', /收材料/)
      await page.locator('.im > li').first().waitFor()
      await paper(page)
      if (at === 2) await look(page, 'desk-package-materials')
      await next(page)
    }
    await onStep(page, '#pi-title', '怎么领')
    quiet(clerk)
  })

  it('asks how each certificate goes and when, and files all at once (req: CASE-029, CASE-004)', async () => {
    const { page } = clerk
    await page.getByRole('radio', { name: /全部办好一起领/ }).check()
    await page.getByRole('radio', { name: /一件一件选/ }).check()
    await look(page, 'desk-package-collect')
    await next(page)
    await onStep(page, '#pi-title', '核对提交')
    await look(page, 'desk-package-confirm')
    await page.getByRole('button', { name: '提交套餐' }).click()
    await page.getByText(/2 个事项都已收件，套餐编号 TC/).waitFor()
    await page.getByRole('button', { name: '全部受理' }).click()
    await page.getByText('2 件全部受理').waitFor()
    await look(page, 'desk-package-receipt')
    quiet(clerk)
  })

  it('stands in the list with both cases, and as one set to collect (req: CASE-004, CASE-029)', async () => {
    const { page } = clerk
    await open(page, '/packages', '套餐件')
    await rows(page).filter({ hasText: '扶残助困' }).getByText('全部办好一起领').waitFor()
    expect(await rows(page).filter({ hasText: '扶残助困' }).innerText()).toContain('办结 0/2')
    await look(page, 'desk-packages')
    await open(page, '/collections', '一起领取')
    await page.getByText('扶残助困').first().waitFor()
    expect(await page.locator('main').innerText()).toContain(SUBSIDIES_NAME)
    await look(page, 'desk-package-collection')
    quiet(clerk)
  })

  it('is found by the applicant, who collects each as it is ready after all (req: CASE-029)', async () => {
    const { page } = owner
    await page.goto('/my/collections')
    await page.getByText('扶残助困').first().waitFor()
    await page.getByText('共 2 件，办好 0 件').waitFor()
    await look(page, 'portal-package-collection')
    await page.getByRole('button', { name: '改成“办好一件领一件”' }).click()
    await page.getByRole('button', { name: '改成“全部办好一起领”' }).waitFor()
    quiet(owner)
  })
})
