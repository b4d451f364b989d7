/** A list described by data: its conditions (kept in the address, said as chips) and its columns. Drawn by ListPage.vue. */
import { formatDay } from '@tongban/ui'
import { common } from '../messages/index.ts'
import type { Choice } from './dialog.ts'

export interface Condition {
  key: string
  label: string
  kind: 'search' | 'select' | 'date' | 'pick'
  hint?: string
  options?: readonly Choice[]
  /** For what is too much to offer at once: looks it up by part of the name, and by its value for its name. */
  find?: (q: string) => Promise<Choice[]>
  /** What no choice means: 全部岗位. */
  all?: string
  /** Shown only after 更多. */
  rare?: boolean
}
export interface Column<Row> {
  key: string
  label: string
  text?: (row: Row) => string | number | null
  /** Figures: right-aligned, never broken. */
  num?: boolean
  nowrap?: boolean
  /** Leaves first on a narrow desk. */
  rare?: boolean
  /** Said without its label on a phone. */
  bare?: boolean
}
export type Conditions = Record<string, string>
export interface Chip { key: string; text: string }

/** Conditions the address holds; anything else in it is not this list's business. */
export function readFrom(query: Record<string, unknown>, conditions: readonly Condition[]): Conditions {
  return Object.fromEntries(conditions.map(({ key }) => [key, typeof query[key] === 'string' ? (query[key] as string) : '']))
}

/** What goes into the address: only what is set, and what else stood there except the page. */
export function writeTo(query: Record<string, unknown>, values: Conditions): Record<string, string> {
  const next: Record<string, string> = {}
  for (const [key, value] of Object.entries(query)) if (typeof value === 'string' && !(key in values) && key !== 'page' && key !== 'cursor') next[key] = value
  for (const [key, value] of Object.entries(values)) if (value.trim()) next[key] = value.trim()
  return next
}

/** `names`: what was picked, by value. */
export function chipsFor(values: Conditions, conditions: readonly Condition[], names: Readonly<Record<string, string>> = {}): Chip[] {
  return conditions.filter(({ key }) => values[key]).map((each) => {
    const value = values[each.key] ?? ''
    if (each.kind === 'search') return { key: each.key, text: `“${value}”` }
    if (each.kind === 'date') return { key: each.key, text: common('chipOf', { name: each.label, value: formatDay(value) }) }
    if (each.kind === 'pick') return { key: each.key, text: common('chipOf', { name: each.label, value: names[value] ?? value }) }
    return { key: each.key, text: common('chipOf', { name: each.label, value: each.options?.find((option) => option.value === value)?.label ?? value }) }
  })
}
