import { operations, type TargetRow, type TargetsTable } from '@tongban/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import TargetsPage from '../src/features/operations/targets/TargetsPage.vue'
import { percent, rangeOf, seconds, untouched } from '../src/features/operations/targets/words.ts'

const row = (scope: string, kind: string, count: number, more: Partial<TargetRow> = {}): TargetRow => ({ scope, kind, label: scope === 'portal' ? '统一受理门户' : scope === 'multiplan' ? '多规合一' : '受理和办理', kind_label: kind === 'page' ? '业务页面' : '简单查询', limit_ms: 1_500, mean_limit_ms: 3_000, count, errors: 0, late: 0, worst_us: 900_000, within_99_ms: 1_000, mean_us: 80_000, share: count ? 10_000 : null, verdict: count ? 'met' : 'none', ...more })
const table: TargetsTable = {
  from: '2026-09-21', until: '2026-09-21', as_of: '2026-09-21T08:00:00Z', within_percent: 99, met: 2, few: 0, missed: 1,
  subsystems: [{ key: 'portal', label: '统一受理门户', shares: null, unserved: false }, { key: 'elder', label: '老年人专区', shares: '统一受理门户', unserved: false }, { key: 'multiplan', label: '多规合一', shares: null, unserved: true }],
  items: [row('portal', 'page', 40, { late: 3, worst_us: 2_400_001, share: 9_250, verdict: 'missed' }), row('acceptance', 'query', 7), row('acceptance', 'page', 0), row('multiplan', 'page', 0)],
  steps: [], loads: [],
  crowd: { model_at_once: 17.13, model_online: 311.11, capacity_at_once: 500, capacity_online: 5_000, at_once: 6, online: 41, verdict: 'met' },
  resources: [{ label: '磁盘可用', unit: '%', limit: 20, above: false, value: 15, verdict: 'missed' }, { label: '处理器占用', unit: '%', limit: 70, above: true, value: null, verdict: 'none' }],
}

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  vi.restoreAllMocks()
})

async function show(path: string): Promise<{ host: HTMLElement; router: Router }> {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/targets', name: 'targets', component: { template: '<p />' } }] })
  await router.push(path)
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp(TargetsPage)
  app.use(router).mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  return { host, router }
}

describe('words of targets (req: OPS-001)', () => {
  it('never make a time shorter or a share greater than it was', () => {
    expect([seconds(400), seconds(80_000), seconds(1_500_000), seconds(2_000_001)]).toEqual(['1 毫秒', '80 毫秒', '1.5 秒', '2.01 秒'])
    expect([percent(10_000), percent(9_999), percent(9_250), percent(null)]).toEqual(['100%', '99.99%', '92.5%', '—'])
    expect([rangeOf('7'), rangeOf('8'), rangeOf(undefined)]).toEqual(['d7', 'd1', 'd1'])
    expect(untouched(table.items)).toEqual(['多规合一'])
  })
})

describe('the page of targets (req: OPS-001)', () => {
  it('shows what was missed, what was kept, and names what nobody used', async () => {
    const asked = vi.spyOn(operations, 'targets').mockResolvedValue(table)
    const { host } = await show('/targets?day=2026-09-21&days=7')
    await vi.waitFor(() => expect(host.querySelector('#tg-sub')).not.toBeNull())
    expect(asked.mock.calls[0]?.[0]).toEqual({ day: '2026-09-21', days: 7, subsystem: undefined })
    expect(host.textContent).toContain('达标 2 项，个别超时 0 项，未达标 1 项。')
    const first = host.querySelector('table tbody tr')
    expect(first?.textContent).toMatch(/统一受理门户.*业务页面.*1\.5 秒.*2\.41 秒.*92\.5%.*未达标/)
    expect(host.textContent).toContain('这段时间没有人用过：多规合一。')
    expect(host.querySelectorAll('section[aria-labelledby="tg-sub"] tbody tr')).toHaveLength(2)
    ;[...host.querySelectorAll('button')].find((each) => each.textContent === '没有访问的也列出')?.click()
    await vi.waitFor(() => expect(host.querySelectorAll('section[aria-labelledby="tg-sub"] tbody tr')).toHaveLength(4))
    expect(host.textContent).toMatch(/同时处理的访问\s*6\s*17\.13\s*500/)
    expect(host.textContent).toMatch(/磁盘可用\s*不低于 20 %\s*15 %\s*未达标/)
    expect(host.querySelector('a[download]')?.getAttribute('href')).toContain('/operations/targets/export?day=2026-09-21&days=7')
  })

  it('draws one target by day and puts it away again', async () => {
    vi.spyOn(operations, 'targets').mockResolvedValue(table)
    const asked = vi.spyOn(operations, 'targetHistory').mockResolvedValue({ items: [{ key: 'worst', label: '最慢（限 1.5 秒）', unit: '毫秒', points: [{ at: '2026-09-19T16:00:00Z', value: 900 }, { at: '2026-09-20T16:00:00Z', value: 2_401 }] }] })
    const { host, router } = await show('/targets')
    const curve = () => [...host.querySelectorAll('button')].find((each) => each.textContent === '看曲线统一受理门户：业务页面')
    await vi.waitFor(() => expect(curve()).toBeDefined())
    curve()?.click()
    await vi.waitFor(() => expect(host.querySelector('#tg-curve')?.textContent).toBe('统一受理门户：业务页面，每天'))
    await vi.waitFor(() => expect(host.querySelector('.lc__line')).not.toBeNull())
    expect(asked.mock.calls[0]?.[0]).toEqual({ subsystem: 'portal', kind: 'page', day: undefined, days: 30 })
    ;[...host.querySelectorAll('button')].find((each) => each.textContent === '收起曲线')?.click()
    await vi.waitFor(() => expect(host.querySelector('#tg-curve')).toBeNull())
    expect(router.currentRoute.value.query).toEqual({})
  })

  it('says that nothing was measured yet, and of a subsystem why it has no figures', async () => {
    const nothing = { ...table, items: [row('multiplan', 'page', 0)], crowd: { ...table.crowd, at_once: null, online: null, verdict: 'none' as const }, resources: [], met: 0, missed: 0 }
    const asked = vi.spyOn(operations, 'targets').mockResolvedValueOnce(nothing).mockResolvedValueOnce({ ...table, items: [row('multiplan', 'page', 0)] })
    const { host, router } = await show('/targets')
    await vi.waitFor(() => expect(host.textContent).toContain('这段时间还没有数据'))
    await router.push('/targets?subsystem=multiplan')
    await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(2))
    await vi.waitFor(() => expect(host.textContent).toContain('产品里还没有这个子系统的接口'))
  })
})
