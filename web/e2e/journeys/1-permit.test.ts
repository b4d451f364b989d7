/**
 * The main job: a restaurant applies for its food operation permit, the window asks for a correction and
 * accepts, the department reviews, inspects and grants, the result is handed over and rated.
 */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { expectSummary, expectWrongTitle, next, onStep } from '../support/apply.ts'
import { answerCaptcha } from '../support/captcha.ts'
import { answer, complete, dialog, more, openCase, primary, stateOf, tickAll } from '../support/desk.ts'
import { guideOf, met, SLUG } from '../support/filing.ts'
import { fillForm, formOf, sampleOf } from '../support/form.ts'
import { look } from '../support/look.ts'
import { upload } from '../support/papers.ts'
import { story } from '../support/story.ts'
import { api, closeBrowser, type Person, person, quiet, RESTAURANT, signOn, staff } from '../support/people.ts'

const it = story('permit')
let owner: Person
let clerk: Person
let caseNumber = ''
let queryCode = ''
let caseId = ''
let licenceCode = ''

beforeAll(async () => {
  owner = await person()
})
afterAll(closeBrowser)

/** The open page of the owner, never loaded again: what it shows came by itself. */
const mark = () => owner.page.evaluate(() => { (globalThis as { untouched?: boolean }).untouched = true })
const untouched = () => owner.page.evaluate(() => (globalThis as { untouched?: boolean }).untouched === true)
const status = () => owner.page.locator('.cs-head .tb-tag').innerText()

describe('the owner applies', () => {
  it('finds the item by words and by initials (req: PORTAL-008)', async () => {
    const { page } = owner
    await page.goto('/')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await look(page, 'portal-home')
    await page.getByRole('combobox').fill('食品')
    await page.getByRole('option', { name: /食品经营许可/ }).first().waitFor()
    await page.getByRole('combobox').press('Enter')
    await page.waitForURL(/\/search\?q=/)
    await page.getByRole('link', { name: /食品经营许可证核发/ }).first().waitFor()
    await look(page, 'portal-search')
    await page.goto('/')
    await page.getByRole('combobox').fill('spjyxk')
    await page.getByRole('option', { name: /食品经营许可/ }).first().waitFor()
    await page.getByRole('combobox').press('ArrowDown')
    await page.getByRole('combobox').press('Enter')
    await page.waitForURL(new RegExp(`/items/${SLUG}`))
    quiet(owner)
  })

  it('answers the questions of the guide, the materials change (req: ITEM-039)', async () => {
    const { page } = owner
    const materials = page.locator('.gd-mats .gd-mat h3')
    await materials.first().waitFor()
    await look(page, 'portal-guide')
    await page.locator('#which').selectOption('new-catering')
    const answers = { ...(await sampleOf(SLUG)).situations, agent: 'yes' }
    for (const [key, value] of Object.entries(answers)) await page.locator(`input[name="q-${key}"][value="${value}"]`).check()
    await expect.poll(() => materials.allInnerTexts()).toContain('授权委托书及代理人身份证明')
    await page.locator('input[name="q-agent"][value="no"]').check()
    await expect.poll(() => materials.allInnerTexts()).not.toContain('授权委托书及代理人身份证明')
    await look(page, 'portal-guide-answered')
    quiet(owner)
  })

  it('signs in at the province and comes back to the application (req: IDENT-001)', async () => {
    const { page } = owner
    await page.getByRole('link', { name: '在线办理' }).first().click()
    await page.getByRole('button', { name: RESTAURANT }).first().waitFor()
    await signOn(page, RESTAURANT)
    const begin = page.getByRole('button', { name: /另外新办一份|开始填写/ })
    await Promise.race([page.waitForURL(/\/my\/drafts\//), begin.waitFor()])
    if (!page.url().includes('/my/drafts/')) {
      await look(page, 'portal-start')
      await begin.click()
      await page.waitForURL(/\/my\/drafts\//)
    }
    await onStep(page, '资格校验')
    quiet(owner)
  })

  it('goes through the first four steps', async () => {
    const { page } = owner
    await look(page, 'portal-step-1')
    await next(page)
    const guide = await guideOf(owner, SLUG)
    const answers = Object.entries(met(guide.conditions, 'new-catering'))
    await expectSummary(page, `c-${answers[0]?.[0]}`)
    await look(page, 'portal-step-1-errors')
    for (const [key, value] of answers) await page.locator(`input[name="c-${key}"][value="${value}"]`).check()
    await next(page)
    await onStep(page, '导办问卷')
    expect(await page.locator('input[name="q-agent"][value="no"]').isChecked(), 'what the guide asked is not asked again').toBe(true)
    await look(page, 'portal-step-2')
    await next(page)
    await onStep(page, '申办自检')
    await look(page, 'portal-step-3')
    await next(page, '继续')
    await onStep(page, '授权与协议')
    await look(page, 'portal-step-4')
    await next(page)
    await expectSummary(page, 'agreed')
    if (await page.locator('#authorised').count()) await page.locator('#authorised').check()
    await page.locator('#agreed').check()
    await next(page)
    await onStep(page, '填写表单')
    quiet(owner)
  })

  it('fills in the form; a wrong field is named in the summary and reached from it (req: FORM-015)', async () => {
    const { page } = owner
    const sample = await sampleOf(SLUG)
    await page.locator('#f-area').waitFor()
    expect(await page.locator('#f-operator_name').inputValue(), 'the name comes from the sign-in').toBe(RESTAURANT)
    await look(page, 'portal-step-5')
    await fillForm(page, await formOf(SLUG), sample.form)
    // Leaving a wrong field shows its error; the click that left it must not be lost because the page moved.
    await page.locator('#f-dining_area').fill('9999')
    await page.locator('input[name="f-tenure"][value="own"]').click()
    expect.soft(await page.locator('input[name="f-tenure"][value="own"]').isChecked(), 'a click that leaves a wrong field counts').toBe(true)
    await page.locator('input[name="f-tenure"][value="rent"]').check()
    await page.locator('#f-dining_area').fill(String(sample.form.dining_area))
    await page.locator('#f-area').fill('0')
    await next(page)
    await expectSummary(page, 'f-area')
    await look(page, 'portal-step-5-errors')
    await page.locator('#f-area').fill(String(sample.form.area))
    await next(page)
    await onStep(page, '提交材料')
    quiet(owner)
  })

  it('uploads, chooses how to receive the result, checks and submits', async () => {
    const { page } = owner
    await look(page, 'portal-step-6')
    await next(page)
    await page.locator('.tb-errsum').waitFor()
    await expectWrongTitle(page)
    const wanted = page.locator('.ap-mat').filter({ has: page.locator('input[type="file"]') })
    for (let i = 0; i < (await wanted.count()); i += 1) {
      await wanted.nth(i).locator('input[type="file"]').setInputFiles(upload(`材料${i + 1}`))
      await wanted.nth(i).locator('.tb-files').getByText(/已上传/).first().waitFor()
    }
    await look(page, 'portal-step-6-uploaded')
    await next(page)
    await onStep(page, '领取方式')
    expect(await page.title(), 'the next step begins without the error of the one before').not.toMatch(/^错误/)
    await page.locator('input[name="way"][value="self"]').check()
    await look(page, 'portal-step-7')
    await next(page)
    await onStep(page, '确认提交')
    await look(page, 'portal-step-8')
    await next(page, '提交申请')
    await page.waitForURL(/\/receipt$/)
    const facts = page.locator('.rc-facts dd')
    caseNumber = (await facts.nth(0).innerText()).trim()
    queryCode = (await facts.nth(1).innerText()).trim()
    expect(caseNumber.length).toBeGreaterThan(12)
    expect(queryCode).toMatch(/^\d{6}$/)
    await look(page, 'portal-receipt')
    await page.getByRole('link', { name: '看办理进度' }).click()
    await page.waitForURL(/\/my\/cases\/[0-9a-f-]{36}$/)
    caseId = page.url().split('/').at(-1) ?? ''
    await page.locator('.cs-head h1').waitFor()
    // The receipt is of today, in China.
    const today = new Intl.DateTimeFormat('zh-CN', { month: 'numeric', day: 'numeric', timeZone: 'Asia/Shanghai' }).formatToParts().filter((part) => part.type !== 'literal').map((part) => part.value)
    expect.soft((await page.locator('.cs-side a[href*="/documents/"] .tb-meta').first().innerText()).replaceAll(/[^\d月日]/g, ''), 'day of the receipt').toContain(`${today[0]}月${today[1]}日`)
    await look(page, 'portal-case-submitted')
    quiet(owner)
  })

  it('sees what was submitted, the list of cases, licences, favourites and the account', async () => {
    const { page } = owner
    for (const [path, name] of [[`/my/cases/${caseId}/content`, 'content'], [`/my/cases/${caseId}/delivery`, 'delivery'], ['/my/cases', 'cases'], ['/my/cases?tab=open', 'cases-open'], ['/my/licences', 'licences'], ['/my/favourites', 'favourites'], ['/my/account', 'account']] as const) {
      await page.goto(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await look(page, `portal-${name}`)
    }
    await page.goto(`/my/cases/${caseId}`)
    await page.locator('.cs-head h1').waitFor()
    quiet(owner)
  })
})

describe('the window asks for a correction and accepts', () => {
  it('signs in and finds the case from the workbench', async () => {
    clerk = await person()
    await clerk.page.goto('/desk/')
    await clerk.page.getByLabel('登录名').waitFor()
    await look(clerk.page, 'desk-sign-in')
    await clerk.context.close()
    clerk = await staff('clerk')
    await clerk.page.getByRole('heading', { level: 1 }).waitFor()
    await look(clerk.page, 'desk-workbench')
    await clerk.page.goto('/desk/tasks')
    await clerk.page.locator('tbody tr').first().waitFor()
    await look(clerk.page, 'desk-tasks')
    await openCase(clerk.page, caseNumber)
    expect(await clerk.page.locator('.dc-r').innerText(), 'what the department is to find out is not asked at the window').not.toContain('整体要点')
    await look(clerk.page, 'desk-case-submitted')
    quiet(clerk)
  })

  it('asks once for everything that is missing; the owner sees it without loading the page again (req: CASE-012)', async () => {
    await mark()
    const { page } = clerk
    await page.getByRole('button', { name: '要求补正', exact: true }).click()
    await dialog(page).waitFor()
    await look(page, 'desk-correction')
    await dialog(page).getByRole('checkbox', { name: /主要设备设施、经营布局/ }).check()
    await dialog(page).getByRole('textbox', { name: /原因：主要设备设施/ }).fill('没有标注功能区面积')
    await answer(page, '发补正告知')
    await expect.poll(() => stateOf(clerk)).toMatch(/补正/)
    await expect.poll(() => owner.page.locator('#todo').count(), { message: 'the to-do appears on the open page' }).toBe(1)
    expect(await owner.page.locator('.cs-todo').innerText()).toContain('没有标注功能区面积')
    expect(await untouched()).toBe(true)
    await look(owner.page, 'portal-case-correction')
    quiet(clerk, owner)
  })

  it('receives the supplement and accepts; the promised date appears by itself (req: CASE-012)', async () => {
    await owner.page.getByRole('link', { name: '现在补交' }).click()
    await owner.page.locator('input[type="file"]').waitFor()
    await look(owner.page, 'portal-corrections')
    await owner.page.getByRole('button', { name: '提交补正' }).click()
    await owner.page.locator('.tb-errsum').waitFor()
    await owner.page.locator('input[type="file"]').setInputFiles(upload('布局图'))
    await owner.page.getByText(/已上传/).first().waitFor()
    await owner.page.getByRole('button', { name: '提交补正' }).click()
    await owner.page.waitForURL(/\/my\/cases\/[0-9a-f-]{36}$/)
    await owner.page.locator('.cs-head h1').waitFor()
    await mark()
    const { page } = clerk
    await expect.poll(() => primary(page).innerText(), { message: 'the open page of the clerk moves on by itself' }).toBe('受理')
    await page.locator('.ci-mats a').filter({ hasText: '主要设备设施、经营布局' }).click()
    await expect.poll(() => page.locator('.mv-files button').allInnerTexts(), { message: 'what was supplied comes first' }).toEqual(['布局图.pdf', expect.stringMatching(/^材料\d\.pdf$/)])
    expect(await page.locator('.mv-files button[aria-pressed="true"]').innerText(), 'and is open').toBe('布局图.pdf')
    await tickAll(page)
    await look(page, 'desk-case-supplied')
    await primary(page).click()
    await dialog(page).waitFor()
    await answer(page, '受理')
    await expect.poll(() => stateOf(clerk)).toMatch(/受理|审查|办理/)
    await expect.poll(() => owner.page.locator('.tb-due').innerText()).toMatch(/\d+ ?月 ?\d+ ?日/)
    expect(await untouched(), 'the page was not loaded again').toBe(true)
    await look(owner.page, 'portal-case-accepted')
    quiet(clerk, owner)
  })
})

describe('the department reviews, inspects, grants', () => {
  it('review, with every point looked at', async () => {
    const reviewer = await staff('reviewer')
    await openCase(reviewer.page, caseNumber)
    await look(reviewer.page, 'desk-case-review')
    for (const view of ['form', 'flow', 'papers']) {
      await reviewer.page.goto(`/desk/cases/${caseId}?view=${view}`)
      await reviewer.page.locator('.dc-head h1').waitFor()
      await look(reviewer.page, `desk-case-${view}`)
    }
    await reviewer.page.goto(`/desk/cases/${caseId}`)
    await reviewer.page.locator('#opinion').waitFor()
    await complete(reviewer.page, '材料齐全，符合要求。')
    quiet(reviewer)
  })

  it('an on-site check is begun and ended, the owner sees both (req: CASE-020)', async () => {
    await mark()
    const inspector = await staff('inspector')
    const { page } = inspector
    await openCase(page, caseNumber)
    await more(page, '启动特别程序')
    await look(page, 'desk-suspend')
    await dialog(page).getByRole('radio', { name: /现场核查/ }).check()
    await dialog(page).getByLabel('原因').fill('到现场看功能区')
    await answer(page, '启动特别程序')
    await expect.poll(() => stateOf(inspector)).toMatch(/特别程序/)
    await look(page, 'desk-case-suspended')
    await expect.poll(status).toMatch(/特别程序/)
    await look(owner.page, 'portal-case-suspended')
    await primary(page).click()
    await dialog(page).getByLabel('特别程序的结果').fill('与申请内容一致')
    await answer(page, '结束特别程序')
    await expect.poll(() => stateOf(inspector)).not.toMatch(/特别程序/)
    await page.locator('#opinion').waitFor()
    await complete(page, '经现场核查，与申请内容一致。')
    expect(await untouched()).toBe(true)
    quiet(inspector, owner)
  })

  it('grants; the licence is made, sealed and can be verified by anybody (req: LIC-025)', async () => {
    await mark()
    const approver = await staff('approver')
    await openCase(approver.page, caseNumber)
    await expect.poll(() => approver.page.locator('.dc-r').innerText(), { message: 'the points about the whole application' }).toContain('整体要点')
    await look(approver.page, 'desk-case-decide')
    await complete(approver.page, '符合法定条件，准予许可。')
    quiet(approver)
    const { page } = owner
    await page.locator('#licence').waitFor()
    expect(await untouched()).toBe(true)
    await look(page, 'portal-case-granted')
    const [paper] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载电子证照' }).click()])
    expect(paper.suggestedFilename()).toMatch(/\.pdf$/)
    const licence = await readFile(await paper.path())
    expect(licence.subarray(0, 4).toString('latin1')).toBe('%PDF')
    expect(await untouched(), 'the page stays where it was').toBe(true)
    await page.goto('/my/licences')
    const verify = page.getByRole('link', { name: /^验真/ }).first()
    await verify.waitFor()
    await look(page, 'portal-licences-one')
    await verify.click()
    await page.locator('#verdict-title').waitFor()
    expect.soft(await page.locator('#verdict-title').innerText(), 'what the link 验真 leads to').toBe('有效')
    const mine = await api<{ items: { verify_url: string; case_number: string }[] }>(owner, 'GET', '/my/licences')
    // What the QR code on the licence says.
    licenceCode = mine.items.find((each) => each.case_number === caseNumber)?.verify_url.split('/').at(-1) ?? ''
    quiet(owner)

    const anybody = await person()
    await anybody.page.goto('/verify')
    await anybody.page.locator('#code').fill(licenceCode)
    await anybody.page.getByRole('button', { name: '验证编号' }).click()
    await expect.poll(() => anybody.page.locator('#verdict-title').innerText()).toBe('有效')
    await look(anybody.page, 'portal-verify-valid')
    await anybody.page.goto('/verify')
    await anybody.page.locator('#file').setInputFiles({ name: 'licence.pdf', mimeType: 'application/pdf', buffer: licence })
    await expect.poll(() => anybody.page.locator('#verdict-title').innerText()).toBe('有效')
    await look(anybody.page, 'portal-verify-file')
    quiet(anybody)
    await anybody.context.close()
  })

  it('every paper of the case opens', async () => {
    await owner.page.goto(`/my/cases/${caseId}`)
    const links = owner.page.locator('.cs-side a[href*="/documents/"]')
    await links.first().waitFor()
    for (const href of await links.evaluateAll((all) => all.map((each) => (each as HTMLAnchorElement).href))) {
      const paper = await owner.context.request.get(href)
      expect((await paper.body()).subarray(0, 4).toString('latin1'), href).toBe('%PDF')
    }
  })

  it('is handed over at the window and rated with stars and reasons (req: FEEDBACK-001)', async () => {
    const counter = await staff('delivery')
    const { page } = counter
    await page.goto('/desk/delivery')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await look(page, 'desk-delivery')
    await page.locator('#dl-q').fill(caseNumber)
    await page.getByRole('button', { name: '查询' }).click()
    // A list shows the end of a number: its day and running number.
    await page.locator('tbody tr').filter({ hasText: caseNumber.slice(-12) }).filter({ hasText: '食品经营' }).getByRole('button', { name: /登记出件/ }).click()
    await dialog(page).waitFor()
    await look(page, 'desk-deliver')
    await dialog(page).getByLabel('领取人姓名').fill('王海燕')
    await dialog(page).getByLabel('领取人身份证号').fill('449902198803120267')
    await answer(page, '登记出件')
    quiet(counter)

    await owner.page.goto(`/my/cases/${caseId}/rating`)
    await owner.page.locator('#stars').waitFor({ state: 'attached' })
    await look(owner.page, 'portal-rating')
    await owner.page.getByRole('button', { name: '提交评价' }).click()
    await owner.page.locator('.tb-errsum').waitFor()
    await owner.page.locator('.tb-star').nth(4).click()
    await owner.page.locator('input[name="reasons"]').first().check()
    await owner.page.locator('#rating-text').fill('办得快，说得清楚')
    await look(owner.page, 'portal-rating-filled')
    await owner.page.getByRole('button', { name: '提交评价' }).click()
    await owner.page.waitForURL(/\/my\/cases\/[0-9a-f-]{36}$/)
    await owner.page.locator('.cs-head h1').waitFor()
    await look(owner.page, 'portal-case-delivered')
    quiet(owner)
  })
})

describe('anybody with the number', () => {
  it('sees the public events with the query code (req: PORTAL-025)', async () => {
    const anybody = await person()
    const answered = await solve(anybody)
    expect(answered).toContain('食品经营许可证核发')
    await look(anybody.page, 'portal-progress-found')
    quiet(anybody)
  })
})

async function solve(who: Person): Promise<string> {
  const { page } = who
  await page.goto('/progress')
  await page.locator('#number').fill(caseNumber)
  await page.locator('#proof').fill(queryCode)
  await answerCaptcha(page)
  await page.getByRole('button', { name: '查询' }).click()
  await page.locator('#result').waitFor()
  return page.locator('#result').innerText()
}
