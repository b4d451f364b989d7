import { describe, expect, it } from 'vitest'
import type { CaseYearChecked } from '@tongban/api'
import { readConditions, toFilters, writeConditions } from '../src/features/casework/list/filters.ts'
import { checkedText, shareText, withTotal } from '../src/features/counters/figures/figures.ts'
import { closing, ready } from '../src/features/operations/years/acts.ts'

const check = (passed: boolean): CaseYearChecked['checks'][number] => ({ key: 'open', label: '办件都已办完', passed, found: '', advice: '' })
const year = (more: Partial<CaseYearChecked>): CaseYearChecked => ({ year: 2025, filed: 12, open: 0, closed: false, over: true, version: 3, reason: '', changed_at: null, changed_by_name: '', checks: [check(true)], wants_backup_note: false, ...more })

describe('years (req: OPS-016)', () => {
  it('are closed only when every condition is met', () => {
    expect(ready(year({}))).toBe(true)
    expect(ready(year({ checks: [check(true), check(false)] }))).toBe(false)
    expect(ready(year({ closed: true, checks: [] }))).toBe(false)
  })
  it('ask for a word about the backup only when nobody knows it', () => {
    expect(closing(year({})).fields.map((field) => field.key)).toEqual(['reason'])
    expect(closing(year({ wants_backup_note: true })).fields.map((field) => field.key)).toEqual(['reason', 'backup_note'])
  })
  it('stay in the address of a list that asks for all of them', () => {
    const all = readConditions({ years: 'all', q: '海燕' })
    expect(writeConditions(all)).toEqual({ q: '海燕', years: 'all' })
    expect(toFilters(all).years).toBe('all')
    expect('years' in toFilters(readConditions({}))).toBe(false)
  })
})

describe('figures (req: OPS-007)', () => {
  it('say a share, or that there is nothing to divide by', () => {
    expect([shareText(null), shareText(0), shareText(987)]).toEqual(['—', '0.0%', '98.7%'])
  })
  it('end with their sum, unless nothing happened', () => {
    const row = { key: 'a', label: '甲', filed: 1, ended: 0, accepted: 0, closed: 0, on_time: 0, punctuality: null, delivered: 0 }
    expect(withTotal({ items: [row], total: { ...row, key: '', label: '合计' } }).map((one) => one.key)).toEqual(['a', 'total'])
    expect(withTotal({ items: [], total: row })).toEqual([])
  })
  it('tell when they were compared with the cases', () => {
    const moment = () => '9月24日 02:00'
    expect(checkedText({ checked_at: null, differing: 0 }, moment)).toContain('还没有')
    expect(checkedText({ checked_at: '2026-09-23T18:00:00Z', differing: 0 }, moment)).toBe('9月24日 02:00 和办件核对过，没有差异')
    expect(checkedText({ checked_at: '2026-09-23T18:00:00Z', differing: 2 }, moment)).toContain('2 处不符')
  })
})
