import { expect, it } from 'vitest'
import { percent, spanOf } from './period.ts'

it('periods are days of China, also late in the evening (req: CASE-039)', () => {
  const evening = new Date('2026-09-30T17:30:00Z')
  expect(spanOf('month', evening)).toEqual({ from: '2026-10-01', to: '2026-10-01' })
  expect(spanOf('lastMonth', evening)).toEqual({ from: '2026-09-01', to: '2026-09-30' })
  expect(spanOf('year', evening)).toEqual({ from: '2026-01-01', to: '2026-10-01' })
  expect(spanOf('lastMonth', new Date('2026-01-15T00:00:00Z'))).toEqual({ from: '2025-12-01', to: '2025-12-31' })
})

it('shares are told with one figure after the point (req: CASE-039)', () => {
  expect([percent(996), percent(1000), percent(0)]).toEqual(['99.6%', '100.0%', '0.0%'])
})
