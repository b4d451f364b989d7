/** Without signing in: progress, rating, verifying, and pages that do not exist. */
import { afterAll, expect } from 'vitest'
import { answerCaptcha } from '../support/captcha.ts'
import { file, type Filed } from '../support/filing.ts'
import { look } from '../support/look.ts'
import { api, citizen, closeBrowser, type Person, person, quiet, RESTAURANT, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('public')
let anybody: Person
let filed: Filed
afterAll(closeBrowser)

it('asks for the progress with a number, a code and a sum in words (req: PORTAL-025)', async () => {
  filed = await file(await citizen(RESTAURANT))
  anybody = await person()
  const { page } = anybody
  await page.goto('/progress')
  await page.getByLabel(/等于几/).waitFor()
  await look(page, 'portal-progress')
  await page.getByRole('button', { name: '查询', exact: true }).click()
  const summary = page.locator('.tb-errsum')
  await summary.waitFor()
  expect(await summary.locator('a').count()).toBe(3)
  expect.soft(await page.title()).toMatch(/^错误/)
  await look(page, 'portal-progress-errors')
  await page.locator('#number').fill(filed.case_number)
  await page.locator('#proof').fill('000000')
  await answerCaptcha(page)
  await page.getByRole('button', { name: '查询', exact: true }).click()
  await expect.poll(() => summary.locator('li').count(), { message: 'a wrong code is refused' }).toBe(1)
  expect(await page.locator('#number').inputValue(), 'what was typed stays').toBe(filed.case_number)
  await page.locator('#proof').fill(filed.query_code)
  await answerCaptcha(page)
  await page.getByRole('button', { name: '查询', exact: true }).click()
  await page.locator('#result').waitFor()
  const told = await page.locator('main').innerText()
  expect(told).toContain('食品经营许可证核发')
  expect(told, 'no personal data').not.toMatch(/王海燕|海燕小厨|19900000001/)
  await look(page, 'portal-progress-result')
  quiet(anybody)
})

it('rates without signing in (req: FEEDBACK-001)', async () => {
  const closed = await someClosed()
  const { page } = anybody
  await page.goto('/rate')
  await page.getByLabel(/等于几/).waitFor()
  await look(page, 'portal-rate')
  await page.locator('#number').fill(closed.case_number)
  await page.locator('#name').fill(closed.name)
  await answerCaptcha(page)
  await page.getByRole('button', { name: '查找办件' }).click()
  await page.locator('.tb-star').first().waitFor()
  await page.locator('.tb-star').nth(0).click()
  // It may have been rated before, with words.
  await page.locator('#rating-text').fill('')
  await answerCaptcha(page)
  await page.getByRole('button', { name: '提交评价' }).click()
  await page.locator('.tb-errsum').waitFor()
  await look(page, 'portal-rate-errors')
  await page.locator('input[name="reasons"]').first().check()
  await page.getByRole('button', { name: '提交评价' }).click()
  await page.getByText('谢谢您的评价').waitFor()
  await look(page, 'portal-rate-done')
  quiet(anybody)
})

/** A case of a citizen that has been closed. */
async function someClosed(): Promise<{ case_number: string; name: string }> {
  const desk = await staff('supervisor')
  const { items } = await api<{ items: { id: string; case_number: string }[] }>(desk, 'GET', '/cases?state=delivered&limit=20')
  const found = items[0] ?? (await api<{ items: { id: string; case_number: string }[] }>(desk, 'GET', '/cases?state=closed&limit=20')).items[0]
  if (!found) throw new Error('the demo city has no closed case')
  const { applicant } = await api<{ applicant: { name: string } }>(desk, 'GET', `/cases/${found.id}`)
  return { case_number: found.case_number, name: applicant.name }
}

it('a wrong licence number is said to be unknown', async () => {
  const { page } = anybody
  await page.goto('/verify')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await look(page, 'portal-verify')
  await page.getByRole('button', { name: '验证编号' }).click()
  await page.locator('.tb-errsum').waitFor()
  await page.locator('#code').fill('JY99999999999999')
  await page.getByRole('button', { name: '验证编号' }).click()
  await expect.poll(() => page.locator('#verdict-title').innerText()).toBe('查无此证')
  await look(page, 'portal-verify-unknown')
  await page.locator('#file').setInputFiles({ name: 'not.pdf', mimeType: 'application/pdf', buffer: Buffer.from('nothing') })
  await page.locator('.tb-errsum, .vf-bad').first().waitFor()
  quiet(anybody)
})

it('pages that do not exist, and all that need no sign-in', async () => {
  const { page } = anybody
  await page.goto('/no/such/page')
  await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText()).toBe('没有找到这一页')
  await look(page, 'portal-not-found')
  await page.goto('/items/no-such-item')
  await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText()).toBe('没有找到这一页')
  for (const path of ['/themes', '/search?q=没有这样的事项', '/search', '/accessibility', '/help/family', '/error', '/sign-in?failed']) {
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await look(page, `portal${path.replaceAll(/[/?=]/g, '-')}`)
  }
  quiet(anybody)
})

it('a guide has empty forms and samples to print and to edit (req: PORTAL-009)', async () => {
  const { page } = anybody
  for (const { slug, material } of [
    { slug: 'company-deregistration', material: '全体投资人承诺书' },
    { slug: 'ride-hailing-driver-certificate', material: '无犯罪、无吸毒等背景核查授权书' },
  ]) {
    await page.goto(`/items/${slug}`)
    await page.getByRole('heading', { name: material }).waitFor()
    const fetched = async (name: string) => {
      const href = await page.getByRole('link', { name, exact: true }).getAttribute('href')
      const answer = await page.request.get(href ?? '')
      expect(answer.status(), name).toBe(200)
      return { start: (await answer.body()).subarray(0, 4).toString('latin1'), type: answer.headers()['content-type'], saved: decodeURIComponent(answer.headers()['content-disposition'] ?? '') }
    }
    for (const kind of ['空白表', '看样例']) {
      const pdf = await fetched(`${kind}：${material}`)
      expect([pdf.start, pdf.type]).toEqual(['%PDF', 'application/pdf'])
      expect(pdf.saved).toContain(material)
      const word = await fetched(`Word 版：${kind}：${material}`)
      expect(word.start.startsWith('PK'), 'a DOCX is a ZIP').toBe(true)
      expect(word.saved).toContain(`${material}（${kind === '空白表' ? '空白表' : '样表'}）.docx`)
    }
  }
  await look(page, 'portal-guide-downloads')
  quiet(anybody)
})

it('places stand nearest first, terminals that never close are marked, and the telephone dials (req: PORTAL-009)', async () => {
  const { page } = anybody
  await page.goto('/items/senior-allowance')
  const names = page.locator('#places li h3')
  await names.first().waitFor()
  const shown = async () => (await names.allInnerTexts()).map((name) => name.split('\n')[0]?.trim() ?? '')
  expect((await shown())[0]).toContain('示例区政务服务中心')
  expect(await page.locator('#places').getByText('24 小时自助', { exact: true }).count()).toBe(1)
  await page.context().grantPermissions(['geolocation'])
  await page.context().setGeolocation({ longitude: 113.372, latitude: 23.186 })
  await page.getByRole('button', { name: '按离我远近排' }).click()
  await expect.poll(async () => (await shown())[0], { message: 'next to the town hall of Qingshi' }).toContain('青石镇')
  expect(await page.locator('#places').innerText()).toMatch(/约 \d+ 米[^]*约 [\d.]+ 公里/)
  await page.getByLabel('我所在的地方').selectOption({ label: '示例街道' })
  await expect.poll(async () => (await shown())[0], { message: 'of the chosen street' }).toContain('示例街道便民服务中心')
  expect(await page.locator('#book').innerText()).toMatch(/网上预约还没有开通[^]*0679-/)
  expect(await page.locator('#book a[href^="tel:"]').count()).toBeGreaterThan(0)
  for (const name of ['预约', '我要评议']) expect(await page.locator('.gd-actions').getByRole('link', { name }).count()).toBe(1)
  expect(await page.locator('.gd-actions').getByRole('button', { name: '收藏' }).count()).toBe(1)
  await look(page, 'portal-guide-places')
  quiet(anybody)
})

it('what belongs to somebody asks for signing in, and gives way again when that is cancelled', async () => {
  const { page } = anybody
  await page.goto('/my/cases')
  await page.getByRole('button', { name: RESTAURANT }).first().waitFor()
  await page.getByRole('button', { name: '不登录，返回' }).click()
  await page.waitForURL((url) => url.pathname === '/sign-in' && url.search === '?failed=refused')
  await expect.poll(() => page.locator('main').innerText()).toContain('没有登录成功，可以再试一次')
  await look(page, 'portal-sign-on-cancelled')
  await page.getByRole('link', { name: '去登录' }).click()
  await page.getByRole('button', { name: RESTAURANT }).first().waitFor()
  quiet(anybody)
})

it('says on every page that one can look but not submit, and takes it back (req: OPS-009)', async () => {
  const { page } = await person()
  const refusal = { type: '/problems/database_read_only', title: '系统正在维护，暂时只能查看，不能提交。', status: 503, code: 'database_read_only', trace_id: 'x' }
  let well = false
  await page.route('**/api/v1/health', (route) => route.fulfill({ json: well ? { status: 'ok', writable: true, message: null, version: '' } : { status: 'read_only', writable: false, message: refusal.title, version: '' } }))
  await page.route('**/api/v1/captcha**', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', json: refusal }))
  await page.goto('/progress')
  const bar = page.locator('.tb-standing')
  await bar.getByText('暂时只能查看').waitFor()
  expect(await bar.innerText()).toContain('您填的内容都在')
  await look(page, 'portal-standing')
  well = true
  await page.unroute('**/api/v1/captcha**')
  await expect.poll(() => bar.innerText(), { timeout: 15_000, message: 'the bar goes by itself' }).toBe('')
})
