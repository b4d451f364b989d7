import type { Form, FormField } from './schema.ts'

/** In which order fields are settled: each after those its visibility or result reads. Made once per form. */
export interface Scope { order: number[]; inner: (Scope | null)[] }

/** Names an expression may mention; strings and comments are cut out first so that their words don't count. */
export function namesIn(expression: string): string[] {
  const bare = expression.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\/\/.*/g, '')
  return [...new Set(bare.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [])]
}

function needs(field: FormField): Set<string> {
  const words = new Set([field.visibleWhen, field.compute].flatMap(text => (text ? namesIn(text) : [])))
  const own = new Set((field.fields ?? []).map(f => f.key))
  for (const f of field.fields ?? []) for (const word of needs(f)) if (!own.has(word)) words.add(word)
  return words
}

function scopeOf(fields: readonly FormField[], gates: readonly (string | undefined)[]): Scope {
  const at = new Map<string, number>()
  fields.forEach((f, i) => { if (!at.has(f.key)) at.set(f.key, i) })
  const edges = fields.map((f, i) => {
    const words = needs(f)
    const gate = gates[i]
    if (gate) namesIn(gate).forEach(w => words.add(w))
    return [...words].flatMap(w => at.get(w) ?? [])
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
  return { order, inner: fields.map(f => (f.type === 'group' || f.type === 'table' ? scopeOf(f.fields ?? [], []) : null)) }
}

const plans = new WeakMap<Form, Scope>()

export function planOf(form: Form): Scope {
  let plan = plans.get(form)
  if (!plan) {
    const gates = form.sections.flatMap(s => s.fields.map(() => s.visibleWhen))
    plan = scopeOf(form.sections.flatMap(s => s.fields), gates)
    plans.set(form, plan)
  }
  return plan
}
