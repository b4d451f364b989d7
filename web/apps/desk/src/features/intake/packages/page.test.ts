import { ApiProblem, counters, desk, packages, type CounterCheck, type CounterPackage, type DeskCase, type Guide, type PackageReceipt, type Resolution } from '@tongban/api'
import { afterEach, expect, it, vi } from 'vitest'
import { createApp, nextTick } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { entry, restart } from '../../casework/intake/state.ts'
import PackageIntakePage from './PackageIntakePage.vue'

const stops: (() => void)[] = []
afterEach(() => { for (const stop of stops.splice(0)) stop(); restart(); vi.restoreAllMocks() })

const item = (slug: string, name: string, more = {}) => ({ item_slug: slug, item_name: name, handle_item: 'h1', org_name: '民政局', promise_text: '5 个工作日', required: true, here: true, ...more })
const pack = (key: string, name: string, more: Partial<CounterPackage> = {}): CounterPackage => ({ key, name, intro: '一次办齐', object: 'person', open: true, missing: [], items: [item('gl', '高龄津贴'), item('cj', '残疾人证')], ...more })
const material = { key: 'm1', name: '居民身份证', needed: true, because: null, necessity: '1', exempt: false, generated: false }

async function show() {
  vi.spyOn(packages, 'offered').mockResolvedValue({ items: [pack('fzky', '扶残助困'), pack('qykb', '企业开办', { open: false, missing: ['公章刻制：区政务服务中心 9 号窗口'] })] })
  vi.spyOn(desk, 'guide').mockImplementation(async (slug) => ({ slug, name: slug, handle_items: [{ key: 'h1', name: '新办' }], situations: [], materials: [] }) as unknown as Guide)
  vi.spyOn(counters, 'cityWideItem').mockRejectedValue(new ApiProblem(404, {}))
  vi.spyOn(desk, 'resolve').mockResolvedValue({ questions: [], answered: true, stops: [], materials: [material], unmet: [], counts: { needed: 1, prepare: 1, generated: 0, exempt: 0 } } as unknown as Resolution)
  vi.spyOn(desk, 'form').mockImplementation(async (slug) => ({ schema: 'tongban-form/1', key: slug, title: slug, sections: [{ key: 's', title: '银行', fields: [{ key: `bank_${slug}`, label: '开户银行', type: 'text' }] }] }))
  vi.spyOn(desk, 'counterCheck').mockResolvedValue({ problems: [], warnings: [], filled: [], unanswered: [], materials: [], questions: [], old_licences: [], licence_values: null } as unknown as CounterCheck)
  const router = createRouter({ history: createMemoryHistory(), routes: ['intake', 'case'].map((name) => ({ path: `/${name}/:id?`, name, component: { template: '<p />' } })) })
  await router.push('/intake')
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp(PackageIntakePage)
  app.use(router).mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  const button = (text: string) => [...host.querySelectorAll('button')].find((each) => each.textContent?.includes(text))
  const press = async (text: string) => {
    await vi.waitFor(() => expect(button(text), text).toBeTruthy())
    button(text)?.click()
    await nextTick()
  }
  const title = (text: string) => vi.waitFor(() => expect(host.querySelector('#pi-title')?.textContent).toContain(text))
  const tick = (id: string) => vi.waitFor(() => { const input = host.querySelector<HTMLInputElement>(`#${id}`); expect(input, id).not.toBeNull(); input?.click() })
  return { host, press, title, tick }
}

/** req: CASE-004, CASE-029 */
it('takes a package in: the people once, each item in turn, one paper for both, then the receipt of all cases', async () => {
  const { host, press, title, tick } = await show()
  await vi.waitFor(() => expect(host.textContent).toContain('公章刻制：区政务服务中心 9 号窗口'))
  expect([...host.querySelectorAll('button')].filter((each) => each.textContent?.includes('办这个套餐')), 'a package that other windows have to help with is not to be chosen').toHaveLength(1)
  await press('办这个套餐')
  await press('保存，下一步')
  await title('认申请人')
  await press('保存，下一步')
  await vi.waitFor(() => expect(host.querySelector('[role="alert"]')?.textContent).toContain('填写姓名'))
  Object.assign(entry.applicant, { name: '叶建国', id_number: '449902194501010011', phone: '13800000000' })
  await press('保存，下一步')

  await title('第 1 项，共 2 项：高龄津贴')
  await press('保存，下一步')
  await title('填表（第 2 步，共 3 步）')
  await vi.waitFor(() => expect(host.querySelector('#f-bank_gl')).not.toBeNull())
  entry.form = { bank_gl: '建设银行' }
  await press('保存，下一步')
  await title('收材料')
  await tick('in-m-m1')
  await press('保存，下一步')

  await title('第 2 项，共 2 项：残疾人证')
  await press('保存，下一步')
  await vi.waitFor(() => expect(host.querySelector<HTMLInputElement>('#f-bank_cj')?.value).toBe('建设银行'))
  expect(host.textContent).toContain('按前面“高龄津贴”填的带过来')
  await press('保存，下一步')
  await vi.waitFor(() => expect(host.textContent).toContain('和“高龄津贴”交的是同一份'))
  await press('保存，下一步')

  await title('怎么领')
  await press('保存，下一步')
  await vi.waitFor(() => expect(host.querySelector('[role="alert"]')?.textContent).toContain('选什么时候领'))
  await tick('pk-collect')
  const check = vi.spyOn(packages, 'check').mockResolvedValueOnce({ problems: [{ pointer: '/items/0/form/bank_gl', code: 'wrong', message: '开户银行要写全称', step: 5 }], warnings: [], shared: [] })
  await press('保存，下一步')
  // What the server refuses of the first item leads back into it.
  await title('第 1 项，共 2 项：高龄津贴')
  await vi.waitFor(() => expect(host.querySelector('.tb-errsum')?.textContent).toContain('开户银行要写全称'))
  check.mockResolvedValue({ problems: [], warnings: [], shared: [{ name: '居民身份证', uses: [{ item_slug: 'gl', key: 'm1' }, { item_slug: 'cj', key: 'm1' }] }] })
  await press('保存，下一步')
  await title('收材料')
  await press('保存，下一步')
  await title('怎么领')
  await press('保存，下一步')
  await title('核对提交')
  expect(host.textContent).toContain('居民身份证（高龄津贴、残疾人证）')

  const create = vi.spyOn(packages, 'create').mockResolvedValue({ id: 'p1', number: 'TC202601050001', name: '扶残助困', collect: 'ready', cases: ['gl', 'cj'].map((slug) => ({ case_id: slug, case_number: `N-${slug}`, query_code: `Q-${slug}`, item_slug: slug, item_name: slug, org_name: '民政局', promise_text: '5 个工作日', answer_by: null, receipt_document_id: null })) } satisfies PackageReceipt)
  await press('提交套餐')
  await vi.waitFor(() => expect(host.textContent).toContain('TC202601050001'))
  expect(create.mock.calls[0]?.[0]).toMatchObject({ package: 'fzky', collect: 'ready', applicant: { name: '叶建国' }, items: [{ item_slug: 'gl', form: { bank_gl: '建设银行' }, materials: { m1: { handing: 'paper' } } }, { item_slug: 'cj', form: { bank_cj: '建设银行' }, materials: { m1: { handing: 'paper' } } }] })
  for (const each of ['N-gl', 'Q-gl', 'N-cj', 'Q-cj']) expect(host.textContent).toContain(each)

  vi.spyOn(desk, 'case').mockResolvedValue({ version: 1, state: 'submitted', documents: [], deadlines: [] } as unknown as DeskCase)
  vi.spyOn(desk, 'accept').mockImplementation(async (id) => { if (id === 'cj') throw new ApiProblem(409, { title: '这一件要由残联受理。' }) })
  await press('全部受理')
  await vi.waitFor(() => expect(host.textContent).toContain('受理 1 件，还有 1 件没有受理'))
  expect(host.textContent).toContain('没有受理：这一件要由残联受理。')
  await press('再收一件')
  await title('选套餐')
  expect(entry.applicant.name, 'nothing of the last applicant stays').toBe('')
})
