/**
 * One short form in a dialog, described by data: each action of a case is such a description
 * (features/casework/case/actions.ts), drawn by ActionDialog.vue.
 */
import { newKey, type TimeUnit } from '@tongban/api'
import { common } from '../messages/index.ts'

export interface Choice { value: string; label: string; hint?: string }
interface Base {
  key: string; label: string; hint?: string; optional?: boolean; missing?: string
  /** Left out, and not asked for, while this says no. */
  when?: (values: DialogValues) => boolean
}
export type DialogField =
  | (Base & { kind: 'text' | 'textarea'; value?: string; placeholder?: string; phrases?: string[]; autocomplete?: string })
  | (Base & { kind: 'date'; value?: string; from?: string; to?: string })
  /** A password: hidden unless the person asks to see it, never kept. */
  | (Base & { kind: 'secret'; value?: string; autocomplete?: string })
  /** Somebody or something looked up on the server by part of its name. */
  | (Base & { kind: 'pick'; value?: Choice[]; find: (q: string) => Promise<Choice[]>; multiple?: boolean })
  | (Base & { kind: 'file'; accept: string })
  | (Base & { kind: 'number'; value?: number; unit?: string; min?: number; max?: number })
  | (Base & { kind: 'limit'; value?: { value: number; unit: TimeUnit } })
  | (Base & { kind: 'select' | 'radio'; value?: string; options: Choice[] })
  | (Base & { kind: 'checks'; value?: string[]; options: Choice[]; columns?: boolean })
  /** Each option can be ticked; a ticked one wants its own reason. */
  | (Base & { kind: 'reasons'; value?: Record<string, string>; options: Choice[]; phrases?: string[] })

export type DialogValue = string | number | string[] | Choice[] | File | Record<string, string> | { value: number; unit: TimeUnit } | null
export type DialogValues = Record<string, DialogValue>

/** The keys of what was picked. */
export function picked(value: DialogValue | undefined): string[] {
  return Array.isArray(value) ? value.map((each) => (typeof each === 'string' ? each : each.value)) : []
}

export interface DialogSpec {
  title: string
  text?: string
  fields: DialogField[]
  /** What the button that answers the title says. */
  submit: string
  cancel?: string
  danger?: boolean
  /** Said in a toast afterwards; nothing is said when the answer itself shows the result. */
  done?: string
  /** `key` stays the same while the same values are sent again, so that a lost answer makes nothing twice. */
  run: (values: DialogValues, key: string) => Promise<unknown>
}

/** Gives an idempotency key for values: the same while they stay the same, a fresh one otherwise and after `done`. */
export function intention(): { keyFor: (values: DialogValues) => string; done: () => void } {
  let said: string | null = null
  let key = ''
  return {
    keyFor(values) {
      const now = JSON.stringify(values)
      if (now !== said) [said, key] = [now, newKey()]
      return key
    },
    done() { said = null },
  }
}

export function startValues(fields: readonly DialogField[]): DialogValues {
  const values: DialogValues = {}
  for (const field of fields) {
    if (field.kind === 'checks') values[field.key] = [...(field.value ?? [])]
    else if (field.kind === 'reasons') values[field.key] = { ...field.value }
    else if (field.kind === 'limit') values[field.key] = field.value ?? { value: 5, unit: 'working_day' }
    else if (field.kind === 'pick') values[field.key] = [...(field.value ?? [])]
    else if (field.kind === 'file') values[field.key] = null
    else if (field.kind === 'number') values[field.key] = field.value ?? null
    else values[field.key] = field.value ?? ''
  }
  return values
}

/** The field a server's pointer belongs to; it may lead deeper: /items/0/reason belongs to the field `items`. */
export function fieldAt(fields: readonly DialogField[], pointer: string): string {
  const first = pointer.split('/')[1] ?? ''
  return fields.some((field) => field.key === first) ? first : ''
}

/** What is missing or wrong, in the order of the fields. */
export function problemsOf(fields: readonly DialogField[], values: DialogValues): { key: string; message: string }[] {
  const found: { key: string; message: string }[] = []
  for (const field of fields) {
    if (field.when && !field.when(values)) continue
    const value = values[field.key] ?? null
    const message = problemOf(field, value)
    if (message) found.push({ key: field.key, message })
  }
  return found
}

function problemOf(field: DialogField, value: DialogValue): string | null {
  const missing = field.missing ?? common(['select', 'radio', 'checks', 'reasons', 'pick', 'file', 'date'].includes(field.kind) ? 'choose' : 'required', { name: field.label })
  if (field.kind === 'reasons') {
    const reasons = value as Record<string, string>
    const ticked = Object.keys(reasons)
    if (ticked.length === 0) return field.optional ? null : missing
    const bare = field.options.find((option) => option.value in reasons && !reasons[option.value]?.trim())
    return bare ? common('reasonFor', { name: bare.label }) : null
  }
  if (field.kind === 'pick') return !field.optional && picked(value).length === 0 ? missing : null
  if (field.kind === 'file') return !field.optional && !value ? missing : null
  if (field.kind === 'checks') return !field.optional && (value as string[]).length === 0 ? missing : null
  if (field.kind === 'limit') return (value as { value: number }).value > 0 ? null : missing
  if (field.kind === 'number') {
    if (value === null || value === '') return field.optional ? null : missing
    const number = Number(value)
    if (Number.isNaN(number)) return missing
    if (field.min !== undefined && number < field.min) return common('atLeast', { name: field.label, n: field.min })
    if (field.max !== undefined && number > field.max) return common('atMost', { name: field.label, n: field.max })
    return null
  }
  return !field.optional && !String(value ?? '').trim() ? missing : null
}
