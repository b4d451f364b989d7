/** The case's clocks in words: which one speaks now, how long it leaves, and the rows of the ledger. */
import type { Deadline, TimeUnit } from '@tongban/api'
import { formatDay } from '@tongban/ui'
import { caseTexts as t, common } from '../../../messages/index.ts'

type Key = Parameters<typeof t>[0]

/** Before acceptance the answer to the application runs, after it the promise. */
export function leading(deadlines: readonly Deadline[]): Deadline | null {
  const running = (kind: Deadline['kind']) => deadlines.find((each) => each.kind === kind && each.state !== 'done')
  return running('promise') ?? running('intake') ?? running('legal') ?? deadlines[0] ?? null
}

export function unitOf(unit: TimeUnit): string {
  return common(unit)
}

/** 剩 2 个工作日 · 今天到期 · 超期 1 个工作日 · 停表中 */
export function answer(deadline: Deadline): string {
  if (deadline.problem) return deadline.problem
  const unit = unitOf(deadline.limit.unit)
  if (deadline.state === 'done') return t('clockDone', { n: deadline.used, unit })
  if (deadline.state === 'paused') return t('pausedClock')
  if (deadline.state === 'not_started') return t('notStarted')
  if (deadline.overdue_by > 0) return t('overdueBy', { n: deadline.overdue_by, unit })
  if (deadline.left === 0) return t('dueToday')
  return deadline.left === null ? '' : t('leftDays', { n: deadline.left, unit })
}

export function dueSentence(deadlines: readonly Deadline[]): string {
  return deadlines
    .filter((each) => each.due_date && each.state !== 'done')
    .map((each) => t('dueSentence', { kind: t(`due_${each.kind}` as Key), day: formatDay(each.due_date ?? '') }))
    .join('，')
}

export interface LedgerRow { name: string; text: string; amount: string; sum: boolean }

/** The leading clock's lines, then one row for each other clock. */
export function ledger(deadlines: readonly Deadline[]): LedgerRow[] {
  const first = leading(deadlines)
  if (!first) return []
  const kind = (each: Deadline) => t('dueRow', { kind: t(`due_${each.kind}` as Key) })
  const rows: LedgerRow[] = first.lines.map((line) => ({
    name: line.kind === 'due' ? kind(first) : t(`line_${line.kind}` as Key), text: line.text, amount: line.amount, sum: line.kind === 'due',
  }))
  if (!rows.some((row) => row.sum)) rows.push({ name: kind(first), text: first.problem ?? (first.due_date ? formatDay(first.due_date) : t('dueUnknown')), amount: answer(first), sum: true })
  for (const each of deadlines) {
    if (each === first || each.state === 'done') continue
    const due = each.lines.find((line) => line.kind === 'due')
    rows.push({ name: kind(each), text: due?.text ?? each.problem ?? (each.due_date ? formatDay(each.due_date) : t('dueUnknown')), amount: due?.amount ?? answer(each), sum: false })
  }
  return rows
}
