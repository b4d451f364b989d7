/** Values of an audit line as a person reads them. */
import { audit as t } from '../../../messages/security.ts'

/** Text as it is, lists with 、, things as their pairs; nothing is said to be nothing. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return t('empty')
  if (Array.isArray(value)) return value.length ? value.map(valueText).join('、') : t('empty')
  if (typeof value === 'object') return Object.entries(value).map(([key, each]) => `${key}：${valueText(each)}`).join('；') || t('empty')
  return String(value)
}

const DETAILS = ['reason', 'field', 'rows', 'count', 'format', 'login', 'permission', 'path'] as const

/** The name of a detail in words, when it is one of the usual ones. */
export function detailName(key: string): string {
  const known = DETAILS.find((each) => each === key)
  return known ? t(`detail_${known}`) : key
}

/** `case:0199…` → kind and id, for a link to the thing when the desk has a page for it. */
export function pageOf(object: string): { name: string; params: { id: string } } | null {
  const [kind, id] = object.split(':')
  const pages: Record<string, string> = { case: 'case', staff: 'person', org: 'org', role: 'role', risk: 'risk', system: 'system' }
  const name = pages[kind ?? '']
  return name && id ? { name, params: { id } } : null
}
