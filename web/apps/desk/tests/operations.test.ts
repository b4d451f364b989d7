import type { RunPlace } from '@tongban/api'
import { describe, expect, it } from 'vitest'
import { higher } from '../src/features/operations/faults/acts.ts'
import { area, path, span } from '../src/features/operations/run/curve.ts'
import { duration } from '../src/features/operations/run/looks.ts'
import { layOut } from '../src/features/operations/run/topology.ts'

const at = (minute: number, value: number) => ({ at: `2026-09-21T01:${String(minute).padStart(2, '0')}:00Z`, value })

describe('a curve (req: OPS-033)', () => {
  it('begins at zero, so that a small change looks small', () => {
    const points = [at(0, 90), at(1, 100), at(2, 95)]
    expect(span(points)).toMatchObject({ least: 0, most: 100 })
    expect(path(points, span(points))).toBe('M0.0 11.2L150.0 4.0L300.0 7.6')
    expect(area(points, span(points))).toMatch(/^M0.0 11.2.*L300.0 80L0.0 80Z$/)
  })
  it('of one point or of nothing but zeros is still drawn', () => {
    expect(path([at(0, 5)], span([at(0, 5)]))).toBe('M150.0 4.0h3')
    expect(path([at(0, 0), at(1, 0)], span([at(0, 0), at(1, 0)]))).toBe('M0.0 76.0L300.0 76.0')
    expect(area([at(0, 5)], span([at(0, 5)]))).toBe('')
  })
})

describe('the map (req: OPS-033)', () => {
  it('puts servers left, what they use in the middle, systems outside right, and joins only what is there', () => {
    const place = (key: string, kind: string, zone = 'inside'): RunPlace => ({ key, kind, zone, label: key, state: 'ok', said: '' })
    const drawn = layOut([place('node:a', 'node'), place('node:b', 'node'), place('database', 'database'), place('connector:sms', 'connector', 'outside')], [{ from: 'node:a', to: 'database', state: 'ok' }, { from: 'node:a', to: 'gone', state: 'bad' }])
    const x = (key: string) => drawn.boxes.find((box) => box.place.key === key)!.x
    expect(x('node:a')).toBeLessThan(x('database'))
    expect(x('database')).toBeLessThan(x('connector:sms'))
    expect(drawn.lines).toHaveLength(1)
    expect(drawn.boxes.every((box) => box.y + box.height < drawn.height)).toBe(true)
  })
})

describe('words', () => {
  it('say a time as people say it, and offer only higher grades (req: OPS-013)', () => {
    expect([duration(300), duration(12_400), duration(2_410_000)]).toEqual(['0.3 毫秒', '12 毫秒', '2.4 秒'])
    expect([higher('general'), higher('severe'), higher('major')]).toEqual([['major', 'severe'], ['major'], []])
  })
})
