import { check, hidesValue, isEmpty, missing, toNumber } from './check.ts'
import { bareNumber } from './codes.ts'
import { feel, fromFeel, holds, toDate } from './feel.ts'
import { t } from './messages/index.ts'
import type { Form, FormField, FormInput, FormProblem, FormSection, FormValues } from './schema.ts'

/**
 * `evaluate(form, input)`: what is visible, required, computed and wrong. Pure; same meaning as the server's
 * engine, which decides. Hidden values are null in expressions and absent from `data`.
 */
export interface FieldState { visible: boolean; required: boolean; writable: boolean }

export interface Evaluation {
  /** By JSON pointer: `/form/area`, `/form/managers/0/manager_name`. */
  fields: Record<string, FieldState>
  sections: Record<string, boolean>
  /** Stripped and computed values, ready to be sent. */
  data: FormValues
  problems: FormProblem[]
}

type Context = Record<string, unknown>

const MAX_ROUNDS = 8

/** A value as expressions see it. */
function inExpression(field: FormField, value: unknown, today: string): unknown {
  if (isEmpty(value) || hidesValue(check(field, value, today))) return null
  switch (field.type) {
    case 'number':
    case 'money': return toNumber(value)
    case 'date': return toDate(value)
    case 'phone': return bareNumber(String(value))
    case 'id_number':
    case 'uscc': return String(value).trim().toUpperCase()
    case 'table': return Array.isArray(value) ? value.map(row => members(field, row as FormValues, today)) : null
    case 'group': return members(field, value as FormValues, today)
    default: return typeof value === 'string' ? value.trim() : value
  }
}

function members(field: FormField, values: FormValues, today: string): Context {
  return Object.fromEntries((field.fields ?? []).map(f => [f.key, inExpression(f, values?.[f.key], today)]))
}

/** A value as it is sent: trimmed, codes in capitals, phone numbers bare. */
function cleaned(field: FormField, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (field.type === 'phone') return bareNumber(value)
  if (field.type === 'id_number' || field.type === 'uscc') return value.trim().toUpperCase()
  return value.trim()
}

class Run {
  readonly fields: Record<string, FieldState> = {}
  readonly problems: FormProblem[] = []
  constructor(readonly input: FormInput) {}

  state(field: FormField, context: Context, parentVisible: boolean): FieldState {
    const right = this.input.viewer ? field.permission?.[this.input.viewer] : undefined
    const visible = parentVisible && right !== 'hidden' && (!field.visibleWhen || holds(field.visibleWhen, context))
    const required = field.type !== 'note' && (field.requiredWhen ? holds(field.requiredWhen, context) : field.required !== false)
    return { visible, required: visible && required && !field.compute, writable: visible && !field.compute && right !== 'read' }
  }

  /** Walks one field: records its state, its problems, and gives the value to send. */
  walk(field: FormField, value: unknown, pointer: string, context: Context, parentVisible: boolean): unknown {
    const state = this.state(field, context, parentVisible)
    this.fields[pointer] = state
    if (!state.visible || field.type === 'note') return undefined
    if (field.compute) return fromFeel(feel(field.compute, context)) ?? undefined
    if (field.type === 'group') return this.group(field, (value ?? {}) as FormValues, pointer, context)
    if (field.type === 'table') return this.table(field, Array.isArray(value) ? (value as FormValues[]) : [], pointer, context, state.required)
    if (isEmpty(value)) {
      if (state.required) this.add(pointer, missing(field))
      return undefined
    }
    const fault = check(field, value, this.input.today)
    if (fault) this.add(pointer, fault)
    else this.rules(field, pointer, context)
    return cleaned(field, value)
  }

  group(field: FormField, values: FormValues, pointer: string, context: Context): FormValues {
    const own = { ...context, ...members(field, values, this.input.today) }
    const out: FormValues = {}
    for (const f of field.fields ?? []) {
      const v = this.walk(f, values[f.key], `${pointer}/${f.key}`, own, true)
      if (v !== undefined) out[f.key] = v
    }
    return out
  }

  table(field: FormField, rows: FormValues[], pointer: string, context: Context, required: boolean): FormValues[] | undefined {
    const least = Math.max(field.minRows ?? 0, required ? 1 : 0)
    if (rows.length < least) this.add(pointer, { code: rows.length ? 'rows_min' : 'required', message: t('rowsMin', { label: field.label, n: least }) })
    if (field.maxRows !== undefined && rows.length > field.maxRows) this.add(pointer, { code: 'rows_max', message: t('rowsMax', { label: field.label, n: field.maxRows }) })
    const out = rows.map((row, i) => this.group(field, row, `${pointer}/${i}`, context))
    for (const unique of (field.fields ?? []).filter(f => f.unique === true || f.key === field.unique)) {
      const seen = new Map<unknown, number>()
      out.forEach((row, i) => {
        const value = row[unique.key]
        if (isEmpty(value)) return
        const before = seen.get(value)
        if (before === undefined) seen.set(value, i)
        else this.add(`${pointer}/${i}/${unique.key}`, { code: 'unique', message: t('unique', { label: unique.label, n: before + 1 }) })
      })
    }
    if (rows.length) this.rules(field, pointer, context)
    return rows.length ? out : undefined
  }

  rules(field: FormField, pointer: string, context: Context): void {
    const broken = field.validate?.find(rule => feel(rule.feel, context) === false)
    if (broken) this.add(pointer, { code: 'rule', message: broken.message })
  }

  add(pointer: string, fault: { code: string; message: string }): void {
    if (!this.problems.some(p => p.pointer === pointer)) this.problems.push({ pointer, ...fault })
  }
}

function surroundings(input: FormInput): Context {
  return {
    handle_item: input.handle_item ?? null,
    situation: input.situation ?? {},
    applicant: input.applicant ?? {},
    today: toDate(input.today),
  }
}

function visibleSection(section: FormSection, context: Context): boolean {
  return !section.visibleWhen || holds(section.visibleWhen, context)
}

/**
 * Values of all top-level fields with hidden ones null and computed ones filled in. Visibility can depend on
 * hidden or computed values, so it is repeated until nothing changes.
 */
function settle(form: Form, input: FormInput): Context {
  const around = surroundings(input)
  const all = form.sections.flatMap(s => s.fields)
  const raw: Context = Object.fromEntries(all.map(f => [f.key, f.compute ? null : inExpression(f, input.data[f.key], input.today)]))
  let context: Context = { ...raw, ...around }
  const run = new Run(input)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next: Context = { ...raw, ...around }
    for (const section of form.sections) {
      const shown = visibleSection(section, context)
      for (const f of section.fields) {
        if (!run.state(f, context, shown).visible) next[f.key] = null
        else if (f.compute) next[f.key] = feel(f.compute, context)
      }
    }
    if (JSON.stringify(next) === JSON.stringify(context)) return next
    context = next
  }
  return context
}

export function evaluate(form: Form, input: FormInput): Evaluation {
  const context = settle(form, input)
  const run = new Run(input)
  const data: FormValues = {}
  const sections: Record<string, boolean> = {}
  for (const section of form.sections) {
    const shown = visibleSection(section, context)
    for (const f of section.fields) {
      const value = run.walk(f, input.data[f.key], `/form/${f.key}`, context, shown)
      if (value !== undefined) data[f.key] = value
    }
    sections[section.key] = shown && section.fields.some(f => run.fields[`/form/${f.key}`]?.visible)
  }
  return { fields: run.fields, sections, data, problems: run.problems }
}
