/** A table's fields for its list: what may be asked, how an answer becomes a condition of the server. */
import type { TableCondition, TableOrder, TableView } from '@tongban/api'
import { fieldsOf, isValueless, type Form, type FormField } from '@tongban/form-runtime'
import { rows as t } from '../../../messages/tables.ts'
import type { Condition, Conditions } from '../../../parts/listing.ts'

/** Fields of the form that hold a value, layouts opened. */
export function valued(form: unknown): FormField[] {
  return fieldsOf(form as Form).filter((field) => !isValueless(field) && field.type !== 'hidden')
}
export const isDay = (field: FormField): boolean => field.type === 'date' || field.type === 'datetime'
export const isNumber = (field: FormField): boolean => field.type === 'number' || field.type === 'money'
const isChoice = (field: FormField): boolean => ['select', 'radio', 'checkboxes', 'yesno', 'switch'].includes(field.type)
export const optionsOf = (field: FormField): { value: string; label: string }[] => (field.options?.length ? field.options.map((each) => ({ value: each.value, label: each.label })) : field.type === 'yesno' || field.type === 'switch' ? [{ value: 'true', label: t('yes') }, { value: 'false', label: t('no') }] : [])
const nameOf = (field: FormField): string => (field.type === 'money' ? t('yuan', { name: field.label }) : field.label)

/** The conditions above the list: the search box, one or two for each field offered, the order. */
export function conditionsOf(table: TableView): Condition[] {
  const fields = new Map(valued(table.form).map((field) => [field.key, field]))
  const found: Condition[] = [{ key: 'q', label: t('q'), kind: 'search', hint: t('qHint') }]
  for (const key of table.filters) {
    const field = fields.get(key)
    if (!field) continue
    if (isChoice(field)) found.push({ key: `is.${key}`, label: field.label, kind: 'select', options: optionsOf(field) })
    else if (isDay(field)) found.push({ key: `from.${key}`, label: t('since', { name: field.label }), kind: 'date', rare: true }, { key: `to.${key}`, label: t('until', { name: field.label }), kind: 'date', rare: true })
    else if (isNumber(field)) found.push({ key: `from.${key}`, label: t('from', { name: nameOf(field) }), kind: 'search', rare: true }, { key: `to.${key}`, label: t('to', { name: nameOf(field) }), kind: 'search', rare: true })
    // A sealed value is found whole only.
    else found.push({ key: `${table.sealed.includes(key) ? 'is' : 'has'}.${key}`, label: field.label, kind: 'search', rare: true })
  }
  const sortable = table.sortable.flatMap((key) => fields.get(key) ?? [])
  const orders = sortable.flatMap((field) => [{ value: field.key, label: t('sortUp', { name: field.label }) }, { value: `-${field.key}`, label: t('sortDown', { name: field.label }) }])
  return [...found, { key: 'sort', label: t('sort'), kind: 'select', options: orders, all: t('sortDefault'), rare: true }]
}

/** Yuan as people write them, in fen; what can't be read goes on as it is, so that the server says why. */
export function fen(text: string): string {
  const yuan = Number(text.replaceAll(',', ''))
  return text.trim() === '' || Number.isNaN(yuan) ? text : String(Math.round(yuan * 100))
}

export function askedOf(table: TableView, values: Conditions): { conditions: TableCondition[]; order: TableOrder | null } {
  const fields = new Map(valued(table.form).map((field) => [field.key, field]))
  const conditions: TableCondition[] = []
  for (const [name, value] of Object.entries(values)) {
    const [op, key] = name.split('.') as [string, string | undefined]
    const field = key === undefined ? undefined : fields.get(key)
    if (!field || !value) continue
    conditions.push({ field: field.key, op: op as TableCondition['op'], value: field.type === 'money' ? fen(value) : value })
  }
  const sort = values.sort
  return { conditions, order: sort ? { field: sort.replace(/^-/, ''), down: sort.startsWith('-') } : null }
}
