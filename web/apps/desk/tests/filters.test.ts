import { describe, expect, it } from 'vitest'
import { chipsOf, readConditions, toFilters, writeConditions } from '../src/features/casework/list/filters.ts'

const names = { items: new Map([['food', '食品经营许可证核发']]), orgs: new Map() }

describe('conditions of the case list', () => {
  it('survive the way through the address', () => {
    const query = { tab: 'overdue', q: '0068', item: 'food', from: '2026-09-01', to: '2026-09-24', mine: '1', sort: 'submitted_at' }
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
  it('are said as chips, a date range as one', () => {
    const chips = chipsOf(readConditions({ item: 'food', from: '2026-09-01', to: '2026-09-24' }), names)
    expect(chips.map((chip) => chip.keys)).toEqual([['item'], ['from', 'to']])
    expect(chips[0]?.text).toBe('食品经营许可证核发')
  })
})
