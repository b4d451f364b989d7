/** What a developer of another system reads: the interfaces, one of them in full, and that nobody tries it in production. */
import { afterAll, beforeAll, expect } from 'vitest'
import { open, openRow, rows } from '../support/admin.ts'
import { look } from '../support/look.ts'
import { closeBrowser, type Person, quiet, staff } from '../support/people.ts'
import { story } from '../support/story.ts'

const it = story('interfaces')
let admin: Person
beforeAll(async () => { admin = await staff('sysadmin') })
afterAll(closeBrowser)

it('lists the interfaces and how a call is signed (req: OPS-024)', async () => {
  const { page } = admin
  await open(page, '/interfaces', '接口文档', 'desk-interfaces')
  expect(await page.locator('main').innerText()).toContain('x-tif-signature')
  expect(await rows(page).filter({ hasText: '/api/v1/exchange/events' }).count()).toBe(1)
  quiet(admin)
})

it('shows fields, example and answers of one; production signs for nobody (req: OPS-024)', async () => {
  const { page } = admin
  await openRow(page, '提交办件事件')
  await page.getByRole('heading', { level: 1, name: '提交办件事件' }).waitFor()
  const text = await page.locator('main').innerText()
  for (const word of ['case_number', '鉴权失败', '正式环境不能试调用']) expect(text).toContain(word)
  await look(page, 'desk-interface')
  quiet(admin)
})
