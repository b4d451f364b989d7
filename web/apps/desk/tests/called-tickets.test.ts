import { ApiProblem, hallTickets, type CalledTickets as Called, type Ticket } from '@tongban/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, type Component } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { session } from '../src/app/session.ts'
import { body, entry, packaged, reached, receive, restart, ticket } from '../src/features/casework/intake/state.ts'
import TicketStrip from '../src/features/casework/intake/TicketStrip.vue'
import CalledTickets from '../src/features/counters/accepting/CalledTickets.vue'
import TicketPage from '../src/features/counters/tickets/TicketPage.vue'
import TicketsPage from '../src/features/counters/tickets/TicketsPage.vue'

vi.mock('../src/app/live.ts', () => ({ useLive: () => ({}) }))

const number = (more: Partial<Ticket> = {}): Ticket => ({
  id: 't1', version: 2, number: 'A012', hall_key: 'centre', hall_name: '政务服务中心', state: 'called', state_label: '已叫号', business: '养老、助残', item_slug: null, item_name: '', window_key: 'w2', window_name: '2 号窗口', visitor_name: '叶**',
  identified: true, priority: false, source: 'queue', source_name: '大厅叫号系统', calls: 2, ticketed_at: '2026-09-21T01:00:00Z', called_at: '2026-09-21T01:20:00Z', ended_at: null, taken_by_name: '', cases: [], can: ['take', 'finish'], ...more,
})
const serving = (more: Partial<Ticket> = {}) => number({ state: 'serving', state_label: '接待中', taken_by_name: '陈静', can: ['take', 'finish'], ...more })
const window2 = { key: 'w2', name: '2 号窗口', hall_name: '政务服务中心' }
const holder = { name: '叶小兰', id_number: '449902195203120268', phone: '13800000000' }

const stops: (() => void)[] = []
let before: typeof session.me
let router: Router
beforeEach(() => { before = session.me })
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  session.me = before
  restart()
  vi.restoreAllMocks()
})

async function show(page: Component, props: Record<string, unknown> = {}): Promise<HTMLElement> {
  session.me = { permissions: ['ticket.take', 'ticket.read', 'case.read'] } as unknown as typeof session.me
  const empty = { template: '<p />' }
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', name: 'accepting', component: empty }, { path: '/intake', name: 'intake', component: empty }, { path: '/package-intake', name: 'packageIntake', component: empty }, { path: '/tickets', name: 'hallTickets', component: empty }, { path: '/tickets/:id', name: 'hall-ticket', component: empty }, { path: '/cases/:id', name: 'case', component: empty }] })
  await router.push('/')
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp(page, props)
  app.use(router).mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  return host
}
const called = (items: Ticket[], windows: Called['windows'] = [window2]) => vi.spyOn(hallTickets, 'called').mockResolvedValue({ items, windows })
const press = (host: HTMLElement, words: string) => [...host.querySelectorAll('button')].find((each) => each.textContent?.includes(words))!.click()
const said = (host: HTMLElement, words: string) => vi.waitFor(() => expect(host.textContent).toContain(words))

describe('numbers called to one\'s windows', () => {
  /** req: CASE-004 */
  it('shows whom they call, how often, and what came of them; nobody without a window waits in vain', async () => {
    called([number(), serving({ id: 't2', number: 'B003', taken_by_name: '林志远', can: [] }), serving({ id: 't3', number: 'B004', cases: [{ case_id: 'c1', case_number: '44', item_name: '高龄津贴' }] })])
    const host = await show(CalledTickets)
    await said(host, 'A012')
    expect(host.textContent).toContain('叫了 2 次')
    expect(host.textContent).toContain('林志远正在接待')
    expect(host.querySelector('a[href="/cases/c1"]')?.textContent).toBe('高龄津贴')
    expect([...host.querySelectorAll('.ct button')].map((each) => each.textContent)).toEqual(['接待A012 号', '继续办B004 号', '办完了B004 号'])
    called([], [])
    await said(await show(CalledTickets), '您没有分到窗口')
  })
  /** req: CASE-011 */
  it('begins an intake for whoever holds the number that is taken over, without a word of him in the address', async () => {
    called([number()])
    const took = vi.spyOn(hallTickets, 'take').mockResolvedValue({ ticket: serving(), visitor: holder })
    const host = await show(CalledTickets)
    await said(host, 'A012')
    press(host, '接待')
    await vi.waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/intake'))
    expect(took).toHaveBeenCalledWith('t1', 2)
    expect([entry.applicant.name, body().ticket]).toEqual(['叶小兰', 't1'])
  })
  /** req: CASE-011 */
  it('asks before an intake under way is cleared, and says who was faster', async () => {
    called([number()])
    const took = vi.spyOn(hallTickets, 'take').mockRejectedValue(new ApiProblem(409, { title: '林志远已经在接待这个号。', code: 'ticket_taken' }))
    entry.applicant.name = '王海燕'
    reached.value = 2
    const host = await show(CalledTickets)
    await said(host, 'A012')
    press(host, '接待')
    await said(host, '收件登记里还有一份没有提交')
    expect(took).not.toHaveBeenCalled()
    press(host, '清掉，接待 A012')
    await vi.waitFor(() => expect(host.querySelector('[role="alert"]')?.textContent).toContain('林志远已经在接待这个号'))
    expect([entry.applicant.name, ticket.value]).toEqual(['王海燕', null])
  })
  /** req: CASE-011 */
  it('leads a number that is being served back to the page of its intake, with all that is filled in', async () => {
    called([serving()])
    const took = vi.spyOn(hallTickets, 'take')
    await receive({ ticket: serving(), visitor: holder })
    packaged.value = true
    reached.value = 3
    const host = await show(CalledTickets)
    await said(host, 'A012')
    press(host, '继续办')
    await vi.waitFor(() => expect(router.currentRoute.value.name).toBe('packageIntake'))
    expect([took.mock.calls.length, reached.value, entry.applicant.name]).toEqual([0, 3, '叶小兰'])
  })
  /** req: CASE-011 */
  it('asks once more before a number without a case is finished, and forgets its visitor', async () => {
    called([serving()])
    const finished = vi.spyOn(hallTickets, 'finish').mockResolvedValue(serving({ state: 'done' }))
    await receive({ ticket: serving(), visitor: holder })
    const host = await show(CalledTickets)
    await said(host, 'A012')
    press(host, '办完了')
    await said(host, '这个号还没有登记办件')
    expect(finished).not.toHaveBeenCalled()
    host.querySelector<HTMLFormElement>('#action-form')!.requestSubmit()
    await vi.waitFor(() => expect(finished).toHaveBeenCalledWith('t1', 2))
    await vi.waitFor(() => expect(entry.applicant.name).toBe(''))
  })
  /** req: CASE-004 */
  it('lets a number be registered by hand, and says at the field what is wrong', async () => {
    called([])
    const made = vi.spyOn(hallTickets, 'register').mockRejectedValueOnce(new ApiProblem(409, { title: '今天已经登记过 C008。', code: 'ticket_exists' })).mockResolvedValue(number({ number: 'C008', source: 'manual' }))
    const host = await show(CalledTickets)
    await vi.waitFor(() => expect(host.querySelector('#rt-number')).not.toBeNull())
    const form = host.querySelector<HTMLFormElement>('details form')!
    form.requestSubmit()
    await said(host, '填写号码')
    const box = host.querySelector<HTMLInputElement>('#rt-number')!
    box.value = 'c008'
    box.dispatchEvent(new Event('input'))
    form.requestSubmit()
    await said(host, '今天已经登记过 C008')
    form.requestSubmit()
    await vi.waitFor(() => expect(box.value).toBe(''))
    expect(made.mock.calls.map(([sent]) => sent)).toEqual([{ number: 'C008', window_key: 'w2' }, { number: 'C008', window_key: 'w2' }])
    // The same number sent again after a refusal is the same wish.
    expect(made.mock.calls[1]?.[1]).toBe(made.mock.calls[0]?.[1])
  })
})

describe('the strip of the number being served', () => {
  /** req: CASE-011 */
  it('says whose number it is and lets go of it', async () => {
    await receive({ ticket: serving(), visitor: holder })
    const host = await show(TicketStrip, { error: '这个号已经结束。' })
    expect(host.querySelector('#in-ticket')?.textContent).toContain('正在接待 A012 · 2 号窗口')
    expect(host.textContent).toContain('这个号已经结束。')
    press(host, '不关联这个号')
    await vi.waitFor(() => expect(host.querySelector('#in-ticket')).toBeNull())
    expect(body()).not.toHaveProperty('ticket')
  })
})

describe('the pages of the numbers', () => {
  /** req: CASE-011 */
  it('lists them and opens one with its history and its cases', async () => {
    vi.spyOn(hallTickets, 'list').mockResolvedValue({ items: [number()], total: 1, next: null, as_of: '2026-09-21T02:00:00Z' })
    const list = await show(TicketsPage)
    await said(list, '叶**')
    expect(list.querySelector('a[href="/tickets/t1"]')?.textContent).toContain('A012')
    expect(list.querySelector('a[download]')?.getAttribute('href')).toBe('/api/v1/hall-tickets/export')
    vi.spyOn(hallTickets, 'get').mockResolvedValue({ ticket: serving({ cases: [{ case_id: 'c1', case_number: '4499', item_name: '高龄津贴' }] }), steps: [{ at: '2026-09-21T01:20:00Z', state_label: '已叫号', window_name: '2 号窗口', text: '叫了第 1 次' }] })
    const page = await show(TicketPage, { id: 't1' })
    await said(page, '叫了第 1 次')
    expect(page.querySelector('a[href="/cases/c1"]')?.textContent).toBe('高龄津贴')
  })
})
