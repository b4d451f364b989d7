import type { Deadline } from '@tongban/api'
import { describe, expect, it } from 'vitest'
import { answer, leading, ledger } from '../src/features/casework/case/deadlines.ts'

const promise: Deadline = {
  kind: 'promise', state: 'running', due_at: null, due_date: '2026-09-29', limit: { value: 5, unit: 'working_day', text: '5 个工作日' }, used: 3, left: 2, overdue_by: 0, light: 'normal', days: [], problem: null,
  lines: [{ kind: 'start', text: '9月21日受理，次日起', amount: '22 日起' }, { kind: 'due', text: '9月29日 24:00', amount: '剩 2 日' }],
}
const legal: Deadline = { ...promise, kind: 'legal', due_date: '2026-10-12', left: 7, lines: [] }
const intake: Deadline = { ...promise, kind: 'intake', state: 'done' }

describe('the clocks of a case', () => {
  it('let the promise speak after acceptance', () => {
    expect(leading([intake, legal, promise])).toBe(promise)
    expect(leading([{ ...intake, state: 'running' }, { ...promise, state: 'done' }])?.kind).toBe('intake')
  })
  it('answer in words for every state', () => {
    expect(answer(promise)).toBe('剩 2 个工作日')
    expect(answer({ ...promise, left: 0 })).toBe('今天到期')
    expect(answer({ ...promise, left: null, overdue_by: 1 })).toBe('超期 1 个工作日')
    expect(answer({ ...promise, state: 'paused' })).toBe('停表中')
  })
  it('never guess without a calendar', () => {
    expect(answer({ ...promise, problem: '日历未发布，暂不能算出' })).toBe('日历未发布，暂不能算出')
  })
  it('end the ledger with the sum, then the other clock', () => {
    const rows = ledger([promise, legal])
    expect(rows.map((row) => row.name)).toEqual(['起算', '承诺到期', '法定到期'])
    expect(rows[1]?.sum).toBe(true)
    expect(rows[2]?.amount).toBe('剩 7 个工作日')
  })
})
