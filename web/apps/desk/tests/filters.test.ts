import { describe, expect, it } from 'vitest'
import { chipsOf, readConditions, tabCounts, toFilters, writeConditions } from '../src/features/casework/list/filters.ts'

const items = new Map([['food', '食品经营许可证核发']])

describe('conditions of the case list', () => {
  it('survive the way through the address', () => {
    const query = { tab: 'overdue', q: '0068', item: 'food', from: '2026-09-01', to: '2026-09-24', light: 'warning', sort: 'submitted_at' }
    expect(writeConditions(readConditions(query))).toEqual(query)
  })
  it('leave nothing in the address at the beginning', () => {
    expect(writeConditions(readConditions({ tab: 'nonsense' }))).toEqual({})
  })
  it('ask by light for deadline tabs and by state for the others', () => {
    expect(toFilters(readConditions({ tab: 'paused' }))).toMatchObject({ light: 'paused' })
    expect(toFilters(readConditions({ tab: 'done' }))).toMatchObject({ state: 'done' })
    expect(toFilters(readConditions({ tab: 'open', state: 'correction' }))).toMatchObject({ state: 'correction' })
  })
  it('count the tabs from the counts by state', () => {
    expect(tabCounts({ submitted: 8, in_review: 3, closed: 5, withdrawn: 1 })).toEqual({ open: 11, done: 6, all: 17 })
  })
  it('are said as chips, a date range as one', () => {
    const chips = chipsOf(readConditions({ item: 'food', from: '2026-09-01', to: '2026-09-24' }), items)
    expect(chips.map((chip) => chip.keys)).toEqual([['item'], ['from', 'to']])
    expect(chips[0]?.text).toBe('食品经营许可证核发')
  })
})
