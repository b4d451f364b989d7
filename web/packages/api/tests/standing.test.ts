import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { call, onStanding, type ServerStanding } from '../src/index.ts'

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

// req: OPS-009
describe('the standing of the server', () => {
  it('is told by a refused call, asked again and told when it is well', async () => {
    const answers = [
      json(503, { code: 'storage_full', title: '只能查看。' }),
      json(200, { status: 'read_only', message: '只能查看。' }),
      json(200, { status: 'ok', message: null }),
    ]
    const fetch = vi.fn(async () => answers.shift()!)
    vi.stubGlobal('fetch', fetch)
    const heard: ServerStanding[] = []
    const stop = onStanding((standing) => heard.push(standing))
    await expect(call('post', 'http://host/api/v1/my/cases')).rejects.toMatchObject({ code: 'storage_full' })
    expect(heard).toEqual([{ state: 'read_only', message: '只能查看。' }])
    await vi.advanceTimersByTimeAsync(5_000)
    expect(heard).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(heard.at(-1)).toEqual({ state: 'ok', message: '' })
    stop()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(fetch).toHaveBeenCalledTimes(3)
  })
})
