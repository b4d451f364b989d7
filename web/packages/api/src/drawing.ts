/** From the server's answers to what the shared components draw. */
import type { Deadline, DeadlineView, Ledger, TimeLeft, TimeLeftView } from './types.ts'

/** Time left with its share as 0…1, as `TimeLeft` of @tongban/ui wants it. */
export function drawTimeLeft(view: TimeLeftView): TimeLeft {
  return { light: view.light, text: view.text, due_date: view.due_date, share_used: view.percent_used / 100 }
}

// The explainer tells running from done; being late is said by `overdue_by`.
const STATES: Record<Ledger['state'], Deadline['state']> = { running: 'running', overdue: 'running', paused: 'paused', met: 'done', missed: 'done' }
const LINES: Record<Ledger['lines'][number]['kind'], Deadline['lines'][number]['kind']> = {
  start: 'start', limit: 'limit', used: 'limit', extension: 'extension', excluded: 'excluded', make_up: 'excluded', moved: 'excluded', pause: 'pause', due: 'due',
}

/** A deadline as `DueDate` of @tongban/ui draws it; without a calendar there is no date, only the reason. */
export function drawDeadline(view: DeadlineView): Deadline {
  const ledger = view.ledger
  return {
    kind: view.kind,
    state: ledger ? STATES[ledger.state] : 'not_started',
    due_at: ledger?.due_at ?? null,
    due_date: ledger?.due_date ?? null,
    limit: { value: ledger?.total ?? 0, unit: ledger?.unit ?? 'working_day', text: view.limit_text },
    used: ledger?.used ?? 0,
    left: ledger ? ledger.left : null,
    overdue_by: ledger?.overdue_by ?? 0,
    light: view.light,
    lines: (ledger?.lines ?? []).map((line) => ({ kind: LINES[line.kind], label: line.label, text: line.text, amount: line.amount })),
    days: (ledger?.days ?? []).map((day) => ({ ...day, name: day.name ?? null })),
    problem: view.problem,
  }
}
