/** Conditions written by the helper, in FEEL. */
import type { NodeType } from '../../describe/index.ts'

export type Comparison = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'has' | 'filled' | 'empty'
const ORDERED: readonly NodeType[] = ['number', 'money', 'date', 'datetime', 'time']
const LISTS: readonly NodeType[] = ['table', 'group', 'file', 'image', 'signature']

export const COMPARISONS: readonly { key: Comparison; for: (type: NodeType) => boolean }[] = [
  { key: 'eq', for: (type) => type !== 'checkboxes' && !LISTS.includes(type) }, { key: 'ne', for: (type) => type !== 'checkboxes' && !LISTS.includes(type) },
  { key: 'gt', for: (type) => ORDERED.includes(type) }, { key: 'ge', for: (type) => ORDERED.includes(type) }, { key: 'lt', for: (type) => ORDERED.includes(type) }, { key: 'le', for: (type) => ORDERED.includes(type) },
  { key: 'has', for: (type) => type === 'checkboxes' }, { key: 'filled', for: () => true }, { key: 'empty', for: () => true },
]
const SIGNS: Partial<Record<Comparison, string>> = { eq: '=', ne: '!=', gt: '>', lt: '<', ge: '>=', le: '<=' }

function written(type: NodeType, value: string): string {
  const text = `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  if (type === 'number' || type === 'money') return Number.isFinite(Number(value)) && value.trim() !== '' ? String(type === 'money' ? Math.round(Number(value) * 100) : Number(value)) : '0'
  if (type === 'yesno' || type === 'switch') return value === 'true' ? 'true' : 'false'
  if (type === 'date') return `date(${text})`
  if (type === 'time') return `time("${value}:00")`
  if (type === 'datetime') return `date and time("${value}:00")`
  return text
}

export function conditionOf(field: string, type: NodeType, compare: Comparison, value: string): string {
  if (compare === 'filled') return `${field} != null`
  if (compare === 'empty') return `${field} = null`
  if (compare === 'has') return `list contains(${field}, ${written('text', value)})`
  return `${field} ${SIGNS[compare] ?? '='} ${written(type, value)}`
}

/** Adds a condition to what is there. Both sides are bracketed where `and` and `or` would be mixed. */
export function joined(before: string, condition: string, by?: 'and' | 'or'): string {
  if (!by || !before.trim()) return condition
  const other = by === 'and' ? /\bor\b/ : /\band\b/
  return `${other.test(before) ? `(${before.trim()})` : before.trim()} ${by} ${condition}`
}
