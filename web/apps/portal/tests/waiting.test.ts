import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { useLoad } from '../src/load.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

describe('a page of the portal that waits (req: OPS-006)', () => {
  it('shows grey lines after a moment and never lets them stand when the answer is there', async () => {
    let end!: (value: string) => void
    const scope = effectScope()
    const found = scope.run(() => useLoad(() => new Promise<string>((yes) => { end = yes })))!
    await vi.advanceTimersByTimeAsync(299)
    expect(found.slow.value).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(found.slow.value).toBe(true)
    end('事项')
    await vi.advanceTimersByTimeAsync(0)
    expect([found.data.value, found.slow.value]).toEqual(['事项', false])
    scope.stop()
  })

  it('gives up what nobody looks at any more', async () => {
    const signals: AbortSignal[] = []
    const scope = effectScope()
    const found = scope.run(() => useLoad((signal) => { signals.push(signal); return new Promise<string>(() => undefined) }))!
    void found.reload()
    expect(signals.map((each) => each.aborted)).toEqual([true, false])
    scope.stop()
    expect(signals.map((each) => each.aborted)).toEqual([true, true])
    await vi.advanceTimersByTimeAsync(1_000)
  })
})
