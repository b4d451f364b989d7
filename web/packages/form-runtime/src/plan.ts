import type { FieldType, Form, FormField } from './schema.ts'

/** In which order fields are settled: each after those its visibility or result reads. Made once per form. */
export interface Scope {
  /** The fields of the scope in page order; what a layout holds follows it, because it belongs to the same scope. */
  fields: FormField[]
  /** Index of the layout around a field; -1 for none. */
  holders: number[]
  order: number[]
  inner: (Scope | null)[]
}

const LAYOUTS: readonly FieldType[] = ['columns', 'tabs', 'tab', 'collapse']
const VALUELESS: readonly FieldType[] = [...LAYOUTS, 'note', 'seal', 'blank', 'divider']
/** Arranges only: its fields belong to the scope around it. */
export const isLayout = (field: FormField): boolean => LAYOUTS.includes(field.type)
/** Takes a place on the page and none in the data. */
export const isValueless = (field: FormField): boolean => VALUELESS.includes(field.type)

/** The fields of one scope with the layouts opened, and the layout around each. */
export function opened(fields: readonly FormField[], holder = -1, into: Pick<Scope, 'fields' | 'holders'> = { fields: [], holders: [] }): Pick<Scope, 'fields' | 'holders'> {
  for (const field of fields) {
    const at = into.fields.push(field) - 1
    into.holders.push(holder)
    if (isLayout(field)) opened(field.fields ?? [], at, into)
  }
  return into
}

/** Names an expression may mention; strings and comments are cut out first so that their words don't count. */
export function namesIn(expression: string): string[] {
  const bare = expression.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\/\/.*/g, '')
  return [...new Set(bare.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [])]
}

/** The fields of a form that hold values, in page order; groups and tables are one each. */
export const fieldsOf = (form: Form): FormField[] => opened(form.sections.flatMap(s => s.fields)).fields.filter(f => !isValueless(f))

function needs(field: FormField): Set<string> {
  const words = new Set([field.visibleWhen, field.compute].flatMap(text => (text ? namesIn(text) : [])))
  if (isLayout(field)) return words
  const inside = opened(field.fields ?? []).fields
  const own = new Set(inside.map(f => f.key))
  for (const f of inside) for (const word of needs(f)) if (!own.has(word)) words.add(word)
  return words
}

function scopeOf(asWritten: readonly FormField[], gateOf: (top: number) => string | undefined): Scope {
  const { fields, holders } = opened(asWritten)
  let top = -1
  const at = new Map<string, number>()
  fields.forEach((f, i) => { if (!at.has(f.key)) at.set(f.key, i) })
  const edges = fields.map((f, i) => {
    const words = needs(f)
    const holder = holders[i] ?? -1
    if (holder < 0) top += 1
    const gate = gateOf(top)
    if (gate) namesIn(gate).forEach(w => words.add(w))
    return [...words].flatMap(w => at.get(w) ?? []).concat(holder < 0 ? [] : [holder])
  })
  const order: number[] = []
  let open = fields.map((_, i) => i)
  while (open.length) {
    const left = open.filter(i => {
      const ready = edges[i]?.every(n => order.includes(n)) ?? true
      if (ready) order.push(i)
      return !ready
    })
    // A circle: publishing refuses it; here the page order decides.
    if (left.length === open.length) {
      order.push(...left)
      break
    }
    open = left
  }
  return { fields, holders, order, inner: fields.map(f => (f.type === 'group' || f.type === 'table' ? scopeOf(f.fields ?? [], () => undefined) : null)) }
}

const plans = new WeakMap<Form, Scope>()

export function planOf(form: Form): Scope {
  let plan = plans.get(form)
  if (!plan) {
    const gates = form.sections.flatMap(s => s.fields.map(() => s.visibleWhen))
    plan = scopeOf(form.sections.flatMap(s => s.fields), top => gates[top])
    plans.set(form, plan)
  }
  return plan
}
