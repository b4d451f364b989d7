import type { DeadlineView, Ledger } from '@tongban/api'
import { describe, expect, it } from 'vitest'
import { answer, dueSentence, leading, ledger } from '../src/features/casework/case/deadlines.ts'

const whole: Ledger = {
  state: 'running', as_of: '2026-09-24T07:20:00Z', started_at: '2026-09-21T01:40:00Z', due_at: '2026-09-29T16:00:00Z', due_date: '2026-09-29', due_text: '9月29日（周二）24:00', left_text: '剩 2 日',
  unit: 'working_day', total: 5, used: 3, left: 2, overdue_by: 0, percent_used: 60, days: [],
  lines: [{ kind: 'start', label: '起算', text: '9月21日受理，次日起', amount: '22 日起' }, { kind: 'due', label: '到期', text: '9月29日（周二）24:00', amount: '剩 2 日' }],
}
const promise: DeadlineView = { kind: 'promise', label: '承诺时限', limit_text: '5 个工作日', light: 'normal', ledger: whole, problem: null }
const legal: DeadlineView = { ...promise, kind: 'legal', label: '法定时限', ledger: { ...whole, due_date: '2026-10-12', due_text: '10月12日（周一）24:00', left_text: '剩 7 日', lines: [] } }
const intake: DeadlineView = { ...promise, kind: 'intake', label: '答复时限' }

describe('the clocks of a case', () => {
  it('let the promise speak after acceptance and the answer before it', () => {
    expect(leading([legal, promise])).toBe(promise)
    expect(leading([intake])).toBe(intake)
  })
  it('never guess without a calendar', () => {
    const unknown = { ...promise, ledger: null, problem: '日历未发布，暂不能算出' }
    expect(answer(unknown)).toBe('日历未发布，暂不能算出')
    expect(ledger([unknown])).toEqual([{ name: '承诺到期', text: '日历未发布，暂不能算出', amount: '', sum: true }])
  })
  it('say both days in one sentence', () => {
    expect(dueSentence([promise, legal])).toBe('承诺 9月29日，法定 10月12日')
  })
  it('end the ledger with the sum, then the other clock', () => {
    const rows = ledger([promise, legal])
    expect(rows.map((row) => row.name)).toEqual(['起算', '承诺到期', '法定到期'])
    expect(rows[1]?.sum).toBe(true)
    expect(rows[2]).toMatchObject({ text: '10月12日（周一）24:00', amount: '剩 7 日' })
  })
})
