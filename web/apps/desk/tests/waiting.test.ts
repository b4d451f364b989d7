import { archive, ApiProblem, type LegacyRun } from '@tongban/api'
import { LoadState } from '@tongban/ui'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, defineComponent, h, nextTick } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useLoad, type Loaded } from '../src/app/load.ts'
import RunPage from '../src/features/archive/legacy/RunPage.vue'

const stops: (() => void)[] = []
beforeEach(() => { vi.useFakeTimers() })
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A fetch that ends when it is told to. */
function held<T>() {
  let end!: (value: T) => void
  let fail!: (thrown: unknown) => void
  const answer = new Promise<T>((yes, no) => { end = yes; fail = no })
  return { answer, end, fail }
}

function part(fetch: () => Promise<string>): { host: HTMLElement; found: Loaded<string> } {
  let found!: Loaded<string>
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp(defineComponent(() => {
    found = useLoad(fetch)
    return () => h(LoadState, { ready: found.data.value !== null, slow: found.slow.value, error: found.problem.value?.title ?? null, onRetry: found.load }, () => found.data.value)
  }))
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  return { host, found }
}

describe('a page part that waits (req: OPS-006)', () => {
  it('shows nothing at first, grey lines when it takes longer, and what was fetched at the end', async () => {
    const one = held<string>()
    const { host, found } = part(() => one.answer)
    void found.load()
    await nextTick()
    expect(host.querySelector('[aria-busy="true"]')?.textContent).toBe('')
    await vi.advanceTimersByTimeAsync(299)
    expect(found.slow.value).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(found.slow.value).toBe(true)
    expect(host.querySelector('[role="status"]')?.textContent).toBe('正在取数据')
    expect(host.querySelectorAll('.tb-skel')).toHaveLength(4)
    one.end('清单')
    await vi.advanceTimersByTimeAsync(0)
    expect([host.textContent, found.slow.value, found.busy.value]).toEqual(['清单', false, false])
  })

  it('keeps what it has while it fetches again, and drops a late answer to an old question', async () => {
    const [first, second] = [held<string>(), held<string>()]
    const answers = [Promise.resolve('旧'), first.answer, second.answer]
    const { host, found } = part(() => answers.shift()!)
    await found.load()
    await nextTick()
    void found.load()
    await vi.advanceTimersByTimeAsync(5_000)
    expect([host.textContent, found.slow.value]).toEqual(['旧', true])
    void found.load()
    second.end('新')
    await vi.advanceTimersByTimeAsync(0)
    first.end('太迟')
    await vi.advanceTimersByTimeAsync(0)
    expect([host.textContent, found.slow.value]).toEqual(['新', false])
  })

  it('says what happened and offers another try', async () => {
    const one = held<string>()
    const answers = [one.answer, Promise.resolve('好了')]
    const { host, found } = part(() => answers.shift()!)
    void found.load()
    await vi.advanceTimersByTimeAsync(400)
    one.fail(new ApiProblem(503, { title: '数据库没有回应' }))
    await vi.advanceTimersByTimeAsync(0)
    expect(host.querySelector('[role="alert"]')?.textContent).toContain('数据库没有回应')
    expect(found.slow.value).toBe(false)
    host.querySelector('button')?.click()
    await vi.advanceTimersByTimeAsync(0)
    expect(host.textContent).toBe('好了')
  })
})

describe('a job in the background (req: OPS-006)', () => {
  it('tells how far it is, looks again by itself, and stops looking when it is over', async () => {
    const run = (state: string, done: number) => ({ id: 'r1', version: 1, source: '旧系统', file_name: 'a.csv', trial: false, state, state_label: state === 'done' ? '已完成' : '导入中', rows_done: done, rows_total: 900, created: done, updated: 0, unchanged: 0, failed: 0, problem: null, report: null, started_by_name: '高峰', started_at: '2026-09-21T01:00:00Z', file_digest: 'ab' }) as unknown as LegacyRun
    const asked = vi.spyOn(archive, 'run').mockResolvedValueOnce(run('running', 300)).mockResolvedValueOnce(run('running', 600)).mockResolvedValue(run('done', 900))
    vi.spyOn(archive, 'problems').mockResolvedValue({ items: [], total: 0, next: null, as_of: '2026-09-21T01:00:00Z' })
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', name: 'legacy', component: { template: '<p />' } }] })
    await router.push('/')
    const host = document.body.appendChild(document.createElement('div'))
    const app = createApp(RunPage, { id: 'r1' })
    app.use(router).mount(host)
    stops.push(() => { app.unmount(); host.remove() })
    await vi.advanceTimersByTimeAsync(0)
    expect(host.querySelector('.tb-card__head [role="status"]')?.textContent).toContain('300')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(host.querySelector('.tb-card__head [role="status"]')?.textContent).toContain('600')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(host.textContent).toContain('已完成')
    expect(host.querySelector('.tb-card__head [role="status"]')).toBeNull()
    const times = asked.mock.calls.length
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked.mock.calls.length).toBe(times)
  })
})
