import { check, isEmpty, missing, type Checked, type Fault } from './check.ts'
import { feel, fromFeel, holds, toDate } from './feel.ts'
import { t } from './messages/index.ts'
import { canonical, digits, round } from './numbers.ts'
import { isLayout, isValueless, planOf, type Scope } from './plan.ts'
import type { FieldRule, Form, FormField, FormInput, FormProblem, FormValues, Right } from './schema.ts'

/**
 * Judges filled-in data, as the server's engine does (crates/engines/form, which decides): first every field is
 * settled in the order of the plan — does it show, who writes it, what is its value — then, in page order, what
 * is wrong is said, because rules may read every value. Both run the same vectors.
 */
export interface Evaluation {
  /** The data that counts: nothing hidden, forbidden or unknown, computed values in place. */
  data: FormValues
  /** Key paths of the fields that show: `area`, `owner/name`, `rows/0/name`. */
  visible: Set<string>
  /** Key paths of the fields that must be answered. */
  required: Set<string>
  /** Key paths the writer can't change. */
  fixed: Set<string>
  /** What is wrong, in page order. */
  problems: FormProblem[]
  /** What rules of severity `warn` say: told, but nothing is stopped by it. */
  warnings: FormProblem[]
  /** What every rule that was asked came to; null: something it reads is not filled in. For whoever tries rules out. */
  rules: { pointer: string; index: number; holds: boolean | null }[]
  /** JSON pointers of values that came but do not count. */
  stripped: string[]
}

type Context = Record<string, unknown>

/** Most rows of a table where the form sets no number. */
const MOST_ROWS = 1000

interface Settled {
  visible: boolean
  fixed: boolean
  data: unknown
  feel: unknown
  wrong: Fault | null
  /** The fields of a group (one entry) or the rows of a table. */
  inner: Settled[][]
}

/** The values of one scope as they came. */
interface Came { data: FormValues; locked: FormValues; fixed: boolean }

const nothing = (): Settled => ({ visible: false, fixed: false, data: undefined, feel: null, wrong: null, inner: [] })
const isObject = (value: unknown): value is FormValues => value !== null && typeof value === 'object' && !Array.isArray(value)
const STRICT: readonly Right[] = ['write', 'read', 'hidden']
const isNested = (field: FormField) => field.type === 'group' || field.type === 'table'
const empty = (s: Settled): boolean => s.data === undefined && s.inner.flat().every(empty)
const pathOf = (pointer: string) => pointer.slice(1)

/** A computed number with the decimals of its field, a computed amount in whole fen. */
function rounded(field: FormField, result: unknown): unknown {
  const to = field.type === 'money' ? 0 : field.type === 'number' ? field.decimals : undefined
  if (to === undefined || (typeof result !== 'number' && typeof result !== 'string')) return result
  // Twelve digits are what binary fractions keep safely: 0.1 + 0.2 is 0.3 for whoever reads it.
  const text = typeof result === 'number' ? digits(Number(result.toPrecision(12))) : digits(result)
  const done = text === null ? null : round(text, to)
  return done === null ? result : canonical(done)
}

class Run {
  readonly out: Evaluation = { data: {}, visible: new Set(), required: new Set(), fixed: new Set(), problems: [], warnings: [], rules: [], stripped: [] }
  context: Context
  readonly role: string
  constructor(readonly input: FormInput) {
    const c = input
    this.role = input.role ?? 'applicant'
    this.context = { handle_item: c.handle_item ?? null, situation: c.situation ?? {}, applicant: c.applicant ?? {}, today: toDate(c.today) }
  }

  /** What the writer may do: the stricter of what his role and the step are given, otherwise what the field is for everybody. */
  right(field: FormField): Right {
    const named = [this.role, this.input.step].flatMap(who => (who && field.permission?.[who]) || [])
    return named.length ? named.reduce((a, b) => (STRICT.indexOf(b) > STRICT.indexOf(a) ? b : a)) : field.readOnly ? 'read' : 'write'
  }

  settle(scope: Scope, came: Came, path: string, open: (index: number) => boolean): Settled[] {
    const { fields, holders } = scope
    const known = new Set(fields.filter(f => !isValueless(f)).map(f => f.key))
    for (const key of Object.keys(came.data)) if (!known.has(key)) this.out.stripped.push(`${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    for (const f of fields) this.context[f.key] = null
    const settled = fields.map(nothing)
    for (const index of scope.order) {
      const field = fields[index]
      if (!field) continue
      const pointer = `${path}/${field.key}`
      const holder = settled[holders[index] ?? -1]
      const visible = this.right(field) !== 'hidden' && (holder ? holder.visible : open(index)) && (!field.visibleWhen || holds(field.visibleWhen, this.context))
      if (visible) {
        this.out.visible.add(pathOf(pointer))
        const fixed = came.fixed || holder?.fixed === true
        const state = isLayout(field) ? { ...nothing(), visible: true, fixed: fixed || this.right(field) === 'read' } : this.value(field, scope.inner[index] ?? null, { ...came, fixed }, pointer)
        if (state.fixed) this.out.fixed.add(pathOf(pointer))
        settled[index] = state
      } else if (!isValueless(field) && !isEmpty(came.data[field.key])) this.out.stripped.push(pointer)
      this.context[field.key] = settled[index]?.feel ?? null
    }
    return settled
  }

  /** Settles a field that shows. */
  value(field: FormField, inner: Scope | null, came: Came, pointer: string): Settled {
    const today = this.input.today
    if (field.compute) {
      const c = check(field, rounded(field, fromFeel(feel(field.compute, this.context))), today)
      return { visible: true, fixed: true, data: c.wrong?.code === 'type' ? undefined : c.data, feel: c.feel, wrong: c.wrong, inner: [] }
    }
    const locked = isEmpty(came.locked[field.key]) ? undefined : came.locked[field.key]
    const fixed = came.fixed || field.type === 'hidden' || this.right(field) === 'read' || (field.locked === true && locked !== undefined)
    const sent = came.data[field.key]
    // Nobody writes a read-only field, so what it begins with is its value until something else is stored.
    const begins = field.readOnly || field.type === 'hidden' ? field.default : undefined
    const value = fixed ? (locked ?? begins) : sent
    if (fixed && !isEmpty(sent) && JSON.stringify(sent) !== JSON.stringify(value)) this.out.stripped.push(pointer)
    if (!inner) {
      const c: Checked = check(field, value, today)
      return { visible: true, fixed, data: c.data, feel: c.feel, wrong: fixed ? null : c.wrong, inner: [] }
    }
    return this.nested(field, inner, value, locked, fixed, pointer)
  }

  nested(field: FormField, scope: Scope, value: unknown, locked: unknown, fixed: boolean, pointer: string): Settled {
    const { fields } = scope
    const state: Settled = { visible: true, fixed, data: undefined, feel: null, wrong: null, inner: [] }
    let rows: { at: string; value: unknown; locked: unknown }[] = []
    if (field.type === 'group') rows = [{ at: pointer, value, locked }]
    else if (Array.isArray(value)) {
      const most = Math.min(field.maxRows ?? MOST_ROWS, MOST_ROWS)
      if (value.length > most) state.wrong = { code: 'rows', message: t('rowsMax', { label: field.label, n: most, had: value.length }) }
      rows = value.slice(0, MOST_ROWS).map((v, n) => ({ at: `${pointer}/${n}`, value: v, locked: undefined }))
    } else if (value !== null && value !== undefined) this.out.stripped.push(pointer)
    const seen: unknown[] = []
    for (const row of rows) {
      if (!isObject(row.value) && row.value !== null && row.value !== undefined) this.out.stripped.push(row.at)
      const data = isObject(row.value) ? row.value : {}
      const kept = this.context
      this.context = { ...kept }
      const settled = this.settle(scope, { data, locked: fixed ? data : isObject(row.locked) ? row.locked : {}, fixed }, row.at, () => true)
      this.context = kept
      seen.push(Object.fromEntries(fields.flatMap((f, i) => (isValueless(f) ? [] : [[f.key, settled[i]?.feel ?? null]]))))
      state.inner.push(settled)
    }
    state.feel = field.type === 'group' ? (seen[0] ?? null) : seen.length ? seen : null
    return state
  }

  /** Second pass over one scope. `optional`: the scope is a group that need not be filled in and is not. */
  judge(scope: Scope, settled: readonly Settled[], path: string, optional: boolean): FormValues {
    const data: FormValues = {}
    scope.fields.forEach((field, index) => {
      const state = settled[index]
      if (!state?.visible || isValueless(field)) return
      const pointer = `${path}/${field.key}`
      const required = !optional && !state.fixed && (field.requiredWhen ? holds(field.requiredWhen, this.context) : field.required !== false)
      if (required && field.type !== 'group') this.out.required.add(pathOf(pointer))
      const before = this.out.problems.length
      if (isNested(field)) {
        const parts = this.judgeNested(field, scope.inner[index] ?? null, state, required, optional, pointer)
        if (field.type === 'group') {
          if (parts[0] && !isEmpty(parts[0])) data[field.key] = parts[0]
        } else if (parts.length) data[field.key] = parts
      } else {
        if (state.wrong) this.add(pointer, state.wrong, field)
        else if (required && state.data === undefined) this.add(pointer, missing(field), field)
        if (state.data !== undefined) data[field.key] = state.data
      }
      if (this.out.problems.length > before) return
      field.validate?.forEach((rule, at) => {
        if (!this.asked(rule)) return
        const result = feel(rule.feel, this.context)
        this.out.rules.push({ pointer, index: at, holds: typeof result === 'boolean' ? result : null })
        if (result === false) this.add(pointer, { code: 'rule', message: rule.message }, field, rule.severity)
      })
    })
    return data
  }

  /** Whether a rule holds today and on this channel. */
  asked(rule: FieldRule): boolean {
    const { today, channel } = this.input
    return !(rule.from && today < rule.from) && !(rule.until && today > rule.until) && (!channel || !rule.channels?.length || rule.channels.includes(channel))
  }

  judgeNested(field: FormField, scope: Scope | null, state: Settled, required: boolean, optional: boolean, pointer: string): FormValues[] {
    if (!scope) return []
    const { fields } = scope
    if (state.wrong) this.add(pointer, state.wrong, field)
    if (field.type === 'table') this.rows(field, state, required, pointer)
    const parts = state.inner.map((row, n) => {
      const kept = this.context
      this.context = { ...kept }
      fields.forEach((f, i) => { this.context[f.key] = row[i]?.feel ?? null })
      const skip = optional || (field.type === 'group' && !required && empty(state))
      const part = this.judge(scope, row, field.type === 'table' ? `${pointer}/${n}` : pointer, skip)
      this.context = kept
      return part
    })
    if (field.type === 'table') this.unique(fields, state, pointer)
    return parts
  }

  rows(field: FormField, state: Settled, required: boolean, pointer: string): void {
    const had = state.inner.length
    const n = Math.max(field.minRows ?? 1, 1)
    // A table that need not be filled in may stay away, but what is begun is finished.
    if (state.fixed || had >= n || (had === 0 && !required)) return
    if (had === 0) this.add(pointer, { code: 'required', message: t('rowsNone', { label: field.label, n }) }, field)
    else this.add(pointer, { code: 'rows', message: t('rowsMin', { label: field.label, n, had }) }, field)
  }

  /** Columns in which nothing may stand twice. */
  unique(columns: readonly FormField[], state: Settled, pointer: string): void {
    columns.forEach((field, column) => {
      if (field.unique !== true) return
      const seen = new Map<string, number>()
      state.inner.forEach((row, n) => {
        const value = row[column]?.data
        if (value === undefined) return
        const key = JSON.stringify(value)
        const first = seen.get(key)
        if (first === undefined) seen.set(key, n)
        else this.add(`${pointer}/${n}/${field.key}`, { code: 'unique', message: t('unique', { label: field.label, n: first + 1 }) }, field)
      })
    })
  }

  add(pointer: string, found: Fault, field: FormField, severity: FieldRule['severity'] = 'stop'): void {
    const list = severity === 'warn' ? this.out.warnings : this.out.problems
    list.push({ pointer, code: found.code, message: found.message, label: field.label })
  }
}

export function evaluate(form: Form, input: FormInput): Evaluation {
  const plan = planOf(form)
  let top = -1
  const tops = form.sections.flatMap((s, i) => s.fields.map(() => i))
  const sectionOf = plan.holders.map(holder => tops[holder < 0 ? (top += 1) : top] ?? 0)
  const run = new Run(input)
  const gates = new Map<number, boolean>()
  const open = (index: number): boolean => {
    const section = sectionOf[index] ?? 0
    let shown = gates.get(section)
    if (shown === undefined) {
      const when = form.sections[section]?.visibleWhen
      shown = !when || holds(when, run.context)
      gates.set(section, shown)
    }
    return shown
  }
  const settled = run.settle(plan, { data: input.data, locked: input.locked ?? {}, fixed: false }, '', open)
  run.out.data = run.judge(plan, settled, '', false)
  return run.out
}
