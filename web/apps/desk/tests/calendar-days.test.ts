import { describe, expect, it } from 'vitest'
import { monthsOf, readPlan, stretches } from '../src/features/calendars/year/days.ts'

describe('a calendar year', () => {
  it('counts make-up days as working and holidays as not', () => {
    const months = monthsOf({ year: 2026, holidays: ['2026-09-25', '2026-09-26', '2026-09-27'].map((date) => ({ date, name: '中秋节' })), make_up: [{ date: '2026-09-20', for: '国庆节' }] })
    const september = months[8]
    expect(september?.days).toHaveLength(30)
    expect(september?.lead).toBe(1) // 1 September 2026 is a Tuesday
    expect(september?.working).toBe(22) // 22 weekdays, less the Friday holiday, plus one Sunday
    expect(september?.days[19]).toMatchObject({ kind: 'make_up', name: '国庆节' })
  })
  it('joins neighbouring days of one holiday, over the end of a month', () => {
    const found = stretches(['2026-05-01', '2026-04-30', '2026-05-02', '2026-05-04'].map((date) => ({ date, name: '劳动节' })))
    expect(found.map((each) => [each.from, each.days])).toEqual([['2026-04-30', 3], ['2026-05-04', 1]])
  })
  it('reads the lines of the yearly notice', () => {
    const found = readPlan('2026-10-01至2026-10-07 国庆节\n\n2026-10-10 上班 国庆节', 2026)
    expect(found.holidays).toHaveLength(7)
    expect(found.make_up).toEqual([{ date: '2026-10-10', for: '国庆节' }])
    expect(found.faults).toEqual([])
  })
  it('names the line it cannot read and the line of another year', () => {
    const found = readPlan('十月一日放假\n2027-01-01 元旦\n2026-02-30 春节', 2026)
    expect(found.faults.map((fault) => [fault.line, fault.why])).toEqual([[1, 'unreadable'], [2, 'other_year'], [3, 'unreadable']])
  })
})
