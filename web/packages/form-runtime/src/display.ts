import { formatDay } from '@tongban/ui'
import { isEmpty } from './check.ts'
import { realDay } from './codes.ts'
import { t } from './messages/index.ts'
import type { FormField } from './schema.ts'

/** A value as a reader sees it on the confirm page and in "what I submitted". Tables and groups are drawn by FormSummary. */
export function display(field: FormField, value: unknown, regionName?: (code: string) => string | undefined): string {
  if (isEmpty(value)) return t('empty')
  const label = (v: unknown) => field.options?.find(o => o.value === v)?.label ?? String(v)
  switch (field.type) {
    case 'switch': return t(value === true ? 'on' : 'off')
    case 'file':
    case 'image':
    case 'signature': return Array.isArray(value) ? value.map(f => (f as { name?: string }).name ?? '').join('、') : String(value)
    case 'datetime': return `${formatDay(String(value).slice(0, 10))} ${String(value).slice(11)}`
    case 'yesno': return value === true ? '是' : '否'
    case 'select':
    case 'radio': return label(value)
    case 'checkboxes': return Array.isArray(value) ? value.map(label).join('、') : String(value)
    case 'date': return realDay(String(value)) ? formatDay(String(value)) : String(value)
    case 'money': return `¥${(Number(value) / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })}`
    case 'region': return regionName?.(String(value)) ?? String(value)
    default: return field.unit ? `${String(value)} ${field.unit}` : String(value)
  }
}

/** The DOM id of the control at a pointer: `/managers/0/name`, or `/form/managers/0/name` of a server answer → `f-managers-0-name`. */
export function controlId(pointer: string): string {
  return `f-${pointer.replace(/^(\/form)?\//, '').replaceAll('/', '-')}`
}
