import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { call, onWaiting, WAITING_AFTER } from '../src/index.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const ends: (() => void)[] = []
const reply = () => new Response('{}', { status: 200, headers: { 'content-type': 'application/json' } })

describe('a call that takes longer than promised (req: OPS-006)', () => {
  it('is told once, ends when the last late one has ended, and a quick one is never told', async () => {
    vi.stubGlobal('fetch', vi.fn(() => new Promise<Response>((done) => ends.push(() => done(reply())))))
    const heard: boolean[] = []
    const stop = onWaiting((waiting) => heard.push(waiting))
    const calls = ['a', 'b', 'c'].map((name) => call('post', `http://host/api/v1/${name}`, {}))
    await vi.advanceTimersByTimeAsync(WAITING_AFTER - 1)
    ends[0]?.()
    await calls[0]
    expect(heard).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(heard).toEqual([true])
    ends[1]?.()
    await calls[1]
    expect(heard).toEqual([true])
    ends[2]?.()
    await calls[2]
    expect(heard).toEqual([true, false])
    stop()
  })

  it('ends with a failure too', async () => {
    let fail!: (thrown: unknown) => void
    vi.stubGlobal('fetch', vi.fn(() => new Promise<Response>((_, no) => { fail = no })))
    const heard: boolean[] = []
    const stop = onWaiting((waiting) => heard.push(waiting))
    const sent = call('get', 'http://host/api/v1/x').catch(() => 'failed')
    await vi.advanceTimersByTimeAsync(WAITING_AFTER)
    fail(new TypeError('offline'))
    expect(await sent).toBe('failed')
    expect(heard).toEqual([true, false])
    stop()
  })
})
