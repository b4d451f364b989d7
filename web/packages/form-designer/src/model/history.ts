/** Steps back and forward. A step is a whole document: they share what did not change, so hundreds cost little. */
import type { Doc, NodeId } from './doc.ts'

export interface Moment { readonly doc: Doc; readonly selection: readonly NodeId[] }
export interface History {
  readonly past: readonly (Moment & { label: string })[]
  readonly now: Moment
  readonly future: readonly (Moment & { label: string })[]
  /** Typing in one property is one step while it goes on. */
  readonly merge: { key: string; until: number } | null
}
const KEPT = 200
const PAUSE_MS = 1_000

export const begin = (doc: Doc): History => ({ past: [], now: { doc, selection: [] }, future: [], merge: null })

/** `merge` names what is being changed: the same name again before a pause joins the step before. */
export function record(history: History, next: Moment, label: string, at: number, merge?: string): History {
  if (next.doc === history.now.doc) return { ...history, now: next }
  const joins = merge !== undefined && history.merge?.key === merge && at < history.merge.until
  const past = joins ? history.past : [...history.past.slice(1 - KEPT), { ...history.now, label }]
  return { past, now: next, future: [], merge: merge === undefined ? null : { key: merge, until: at + PAUSE_MS } }
}

export function undo(history: History): History {
  const last = history.past.at(-1)
  if (!last) return history
  return { past: history.past.slice(0, -1), now: last, future: [{ ...history.now, label: last.label }, ...history.future], merge: null }
}

export function redo(history: History): History {
  const [first, ...rest] = history.future
  if (!first) return history
  return { past: [...history.past, { ...history.now, label: first.label }], now: first, future: rest, merge: null }
}
