/** The case's clocks in words: which one speaks now, how long it leaves, and the rows of the ledger. */
import type { DeadlineView } from '@tongban/api'
import { formatDay } from '@tongban/ui'
import { caseTexts as t } from '../../../messages/index.ts'

type Key = Parameters<typeof t>[0]

/** Before acceptance the answer to the application runs, after it the promise. */
export function leading(deadlines: readonly DeadlineView[]): DeadlineView | null {
  const of = (kind: DeadlineView['kind']) => deadlines.find((each) => each.kind === kind)
  return of('promise') ?? of('intake') ?? of('legal') ?? null
}

/** 剩 2 日 · 今天到期 · 超期 1 日 · 停表，剩 4 日; without a calendar the reason, never a guess. */
export function answer(deadline: DeadlineView): string {
  return deadline.problem ?? deadline.ledger?.left_text ?? t('notStarted')
}

/** 承诺 9月29日，法定 10月12日 */
export function dueSentence(deadlines: readonly DeadlineView[]): string {
  return deadlines
    .filter((each) => each.ledger?.due_date)
    .map((each) => t('dueSentence', { kind: t(`due_${each.kind}` as Key), day: formatDay(each.ledger?.due_date ?? '') }))
    .join('，')
}

export interface LedgerRow { name: string; text: string; amount: string; sum: boolean }

/** The leading clock's lines, then one row for each other clock. */
export function ledger(deadlines: readonly DeadlineView[]): LedgerRow[] {
  const first = leading(deadlines)
  if (!first) return []
  const kind = (each: DeadlineView) => t('dueRow', { kind: t(`due_${each.kind}` as Key) })
  const rows: LedgerRow[] = (first.ledger?.lines ?? []).map((line) => ({
    name: line.kind === 'due' ? kind(first) : line.label, text: line.text, amount: line.amount, sum: line.kind === 'due',
  }))
  if (!rows.some((row) => row.sum)) rows.push({ name: kind(first), text: first.problem ?? first.ledger?.due_text ?? t('dueUnknown'), amount: first.problem ? '' : answer(first), sum: true })
  for (const each of deadlines) {
    if (each === first) continue
    rows.push({ name: kind(each), text: each.problem ?? each.ledger?.due_text ?? t('dueUnknown'), amount: each.ledger?.left_text ?? '', sum: false })
  }
  return rows
}
