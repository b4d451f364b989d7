import { account, type StaffMe, type StaffNotices } from '@tongban/api'
import { toasts } from '@tongban/ui'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, nextTick } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import NoticeBell from '../src/app/NoticeBell.vue'
import { AGAIN, notices, read, unread } from '../src/app/notices.ts'
import { session } from '../src/app/session.ts'

const AT = '2026-09-21T01:00:00Z'
const work = { id: 'w1', title: '导入“旧系统.csv”', link: '/legacy/1', since: AT }
const ended = (id: string) => ({ id, text: `导入“旧系统.csv”办完了：新增 ${id} 条。`, at: AT, link: '/legacy/1' })
const answer = (running: StaffNotices['running'], ...items: StaffNotices['items']): StaffNotices => ({ running, items })
const stops: (() => void)[] = []
let person = 0

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
  // Each test is another person: nothing of the one before is known.
  session.me = { id: `p${++person}`, permissions: [] } as unknown as StaffMe
})
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  for (const one of [...toasts.list]) toasts.drop(one.id)
  session.me = null
  vi.useRealTimers()
  vi.restoreAllMocks()
})

async function bell() {
  const page = { render: () => null }
  const router = createRouter({ history: createMemoryHistory(), routes: ['/', '/cases', '/legacy/:id'].map((path) => ({ path, component: page })) })
  await router.push('/')
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp(NoticeBell)
  app.use(router).mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  await vi.advanceTimersByTimeAsync(0)
  return { host, router }
}

describe('the end of long work (req: OPS-006)', () => {
  it('is said on whatever page is open, once, and leads to the result', async () => {
    const asked = vi.spyOn(account, 'notices').mockResolvedValueOnce(answer([work], ended('1'))).mockResolvedValueOnce(answer([work], ended('1'))).mockResolvedValue(answer([], ended('2'), ended('1')))
    const { host } = await bell()
    expect(host.querySelector('li a')?.textContent).toContain('正在办')
    expect(toasts.list, 'what was there before is no news').toHaveLength(0)
    await vi.advanceTimersByTimeAsync(AGAIN)
    expect(toasts.list).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(AGAIN)
    expect(toasts.list.map((one) => one.text)).toEqual(['新消息：导入“旧系统.csv”办完了：新增 2 条。'])
    expect(host.querySelector('li a')?.getAttribute('href')).toBe('/legacy/1')
    const times = asked.mock.calls.length
    await vi.advanceTimersByTimeAsync(10 * AGAIN)
    expect(asked.mock.calls.length, 'nothing goes on: nobody asks').toBe(times)
  })

  it('is looked for when another page opens, and a server that fails is asked again', async () => {
    const asked = vi.spyOn(account, 'notices').mockResolvedValueOnce(answer([])).mockResolvedValueOnce(answer([work])).mockRejectedValueOnce(new Error('down')).mockResolvedValue(answer([], ended('1')))
    const { router } = await bell()
    await router.push('/cases')
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(2 * AGAIN)
    expect(asked).toHaveBeenCalledTimes(4)
    expect(toasts.list).toHaveLength(1)
  })

  it('counts what was not looked at, until the list is opened, also after a reload', async () => {
    vi.spyOn(account, 'notices').mockResolvedValue(answer([], ended('2'), { id: '1', text: '办件 1 被催办。', at: AT, link: null }))
    const { host } = await bell()
    expect([unread.value, host.querySelector('.tb-count')?.textContent]).toEqual([2, '22 条没看过'])
    expect(host.querySelectorAll('li a'), 'one without a page is no link').toHaveLength(1)
    read()
    await nextTick()
    expect([unread.value, host.querySelector('.tb-count')]).toEqual([0, null])
    expect(localStorage.getItem(`tb-notices:p${person}`)).toBe('2')
    expect(notices.seen).toBe('2')
  })
})
