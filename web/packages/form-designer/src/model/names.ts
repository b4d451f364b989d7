/**
 * Names in expressions: which field a name means, and what to write when that field is called otherwise.
 * Reads FEEL as far as needed: strings, comments, function names, keys of contexts are no names of fields;
 * `owner.name`, filters `rows[amount > 1]` and `for row in rows` are followed into groups and tables.
 */
import { around, below, fieldsIn, keyOf, node, scopeOf, type Doc, type Node, type NodeId } from './doc.ts'
import { describe } from '../describe/index.ts'
import { setProps } from './edit.ts'

/** Names that mean something else in every expression. */
export const CONTEXT_NAMES = ['handle_item', 'situation', 'applicant', 'today'] as const
export const KEYWORDS = [
  'and', 'or', 'not', 'if', 'then', 'else', 'for', 'in', 'return', 'some', 'every', 'satisfies', 'between', 'true', 'false', 'null', 'function', 'external',
  'instance', 'of', 'item', 'partial', 'list', 'context', 'range', 'now',
] as const
const KEYWORD = new Set<string>(KEYWORDS)
const CONTEXT = new Set<string>(CONTEXT_NAMES)
/** Functions whose names hold a keyword; other names of several words end at their bracket. */
const AND_FUNCTIONS = /^(?:date and time|years and months duration|get or else|day of week|day of year|month of year|week of year|instance of)\b/

interface Token { text: string; at: number; name: boolean }

function tokens(text: string): Token[] {
  const found: Token[] = []
  const pattern = /"(?:[^"\\]|\\.)*"?|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[\p{L}_][\p{L}\p{N}_]*|\d+(?:\.\d+)?|\S/gu
  for (const match of text.matchAll(pattern)) {
    const [piece] = match
    if (piece.startsWith('//') || piece.startsWith('/*')) continue
    const functions = AND_FUNCTIONS.exec(text.slice(match.index))
    const last = found.at(-1)
    // Inside a name of several words that was taken as a whole.
    if (last && match.index < last.at + last.text.length) continue
    if (functions) found.push({ text: functions[0], at: match.index, name: false })
    else found.push({ text: piece, at: match.index, name: /^[\p{L}_]/u.test(piece) })
  }
  return found
}

/** The fields a scope answers for, by key. Made once per document: documents never change. */
const tables = new WeakMap<Doc, Map<NodeId, Map<string, NodeId>>>()
function fieldNamed(doc: Doc, scope: NodeId, key: string): NodeId | null {
  let scopes = tables.get(doc)
  if (!scopes) tables.set(doc, scopes = new Map())
  let keys = scopes.get(scope)
  if (!keys) {
    keys = new Map()
    for (const each of fieldsIn(doc, scope)) if (!describe(each.type).valueless && !keys.has(keyOf(each))) keys.set(keyOf(each), each.id)
    scopes.set(scope, keys)
  }
  return keys.get(key) ?? null
}

export interface Use { name: string; at: number; field: NodeId | null }

/** Every name in `expression`, which stands at a field of `scope`. A name that means no field has `field: null`. */
export function namesUsed(doc: Doc, scope: NodeId, expression: string): Use[] {
  const scopes = [scope, ...around(doc, scope).filter((each) => describe(each.type).nests || each.id === doc.root).map((each) => each.id)]
  const inner: (NodeId | null)[] = []
  const locals = new Map<string, NodeId | null>()
  const found: Use[] = []
  const list = tokens(expression)
  let last: NodeId | null = null
  let bound: { name: string; open: boolean } | null = null
  const nests = (id: NodeId | null): id is NodeId => id !== null && describe(node(doc, id).type).nests === true
  const head = (name: string): NodeId | null => {
    for (const each of [...inner.filter(nests).reverse(), ...scopes]) {
      const field = fieldNamed(doc, each, name)
      if (field !== null) return field
    }
    return null
  }
  list.forEach((token, i) => {
    if (!token.name) {
      if (token.text === '[') inner.push(last)
      if (token.text === ']') last = inner.pop() ?? null
      else if (token.text === ',' && bound?.open) {
        locals.set(bound.name, last)
        // `for x in a, y in b`: the next name is bound too.
        bound = { name: list[i + 1]?.text ?? '', open: false }
      } else if (token.text !== '.') last = null
      return
    }
    if (list[i - 1]?.text === '.') {
      last = nests(last) ? fieldNamed(doc, last, token.text) : null
      if (last !== null) found.push({ name: token.text, at: token.at, field: last })
      return
    }
    if (KEYWORD.has(token.text)) {
      if (['for', 'some', 'every'].includes(token.text)) bound = { name: list[i + 1]?.text ?? '', open: false }
      else if (token.text === 'in' && bound) bound.open = true
      else if (['return', 'satisfies'].includes(token.text) && bound) {
        locals.set(bound.name, last)
        bound = null
      }
      last = null
      return
    }
    if (bound && !bound.open && token.text === bound.name) return
    // Words up to a bracket are a function; a word before a colon names a member or an argument.
    let end = i
    while (list[end + 1]?.name && !KEYWORD.has(list[end + 1]?.text ?? '')) end += 1
    if (['(', ':'].includes(list[end + 1]?.text ?? '')) {
      last = null
      return
    }
    if (locals.has(token.text)) {
      last = locals.get(token.text) ?? null
      return
    }
    last = head(token.text)
    if (last !== null || !CONTEXT.has(token.text)) found.push({ name: token.text, at: token.at, field: last })
  })
  return found
}

/** Where an expression stands in a node: member, and place in a list of rules. */
export interface Expression { member: 'visibleWhen' | 'requiredWhen' | 'compute' | 'validate'; index?: number; text: string }

export function expressionsOf(one: Node): Expression[] {
  const found: Expression[] = []
  for (const member of ['visibleWhen', 'requiredWhen', 'compute'] as const) {
    const text = one.props[member]
    if (typeof text === 'string' && text.trim()) found.push({ member, text })
  }
  const rules = one.props.validate
  if (Array.isArray(rules)) rules.forEach((rule: { feel?: unknown }, index) => { if (typeof rule?.feel === 'string' && rule.feel.trim()) found.push({ member: 'validate', index, text: rule.feel }) })
  return found
}

export interface Reference { node: NodeId; expression: Expression }

/** Expressions outside `ids` that read one of them or a field inside. */
export function referencesTo(doc: Doc, ids: readonly NodeId[]): Reference[] {
  const meant = new Set(ids.flatMap((id) => [id, ...[...below(doc, id)].map((each) => each.id)]))
  const found: Reference[] = []
  for (const each of below(doc, doc.root)) {
    if (meant.has(each.id)) continue
    for (const expression of expressionsOf(each)) {
      if (namesUsed(doc, scopeOf(doc, each.id), expression.text).some((use) => use.field !== null && meant.has(use.field))) found.push({ node: each.id, expression })
    }
  }
  return found
}

/** Gives a field another key and writes it so in every expression that means this field. */
export function rename(doc: Doc, id: NodeId, key: string): { doc: Doc; followed: number } {
  let followed = 0
  let changed = doc
  for (const each of below(doc, doc.root)) {
    for (const expression of expressionsOf(each)) {
      const uses = namesUsed(doc, scopeOf(doc, each.id), expression.text).filter((use) => use.field === id)
      if (!uses.length) continue
      followed += 1
      const text = uses.reduceRight((all, use) => all.slice(0, use.at) + key + all.slice(use.at + use.name.length), expression.text)
      changed = setProps(changed, each.id, written(node(changed, each.id), expression, text))
    }
  }
  return { doc: setProps(changed, id, { key }), followed }
}

function written(one: Node, { member, index }: Expression, text: string): Record<string, unknown> {
  if (member !== 'validate') return { [member]: text }
  return { validate: (one.props.validate as { feel: string }[]).map((rule, at) => (at === index ? { ...rule, feel: text } : rule)) }
}

/** Names a person may write in an expression of `scope`, with what they mean. */
export function namesFor(doc: Doc, scope: NodeId): { name: string; label: string }[] {
  const offered: { name: string; label: string }[] = []
  for (const at of [scope, ...around(doc, scope).filter((each) => describe(each.type).nests || each.id === doc.root).map((each) => each.id)]) {
    for (const each of fieldsIn(doc, at)) {
      if (describe(each.type).valueless || offered.some((one) => one.name === keyOf(each))) continue
      offered.push({ name: keyOf(each), label: String(each.props.label ?? '') })
      if (each.type !== 'group') continue
      for (const inner of fieldsIn(doc, each.id)) if (!describe(inner.type).valueless) offered.push({ name: `${keyOf(each)}.${keyOf(inner)}`, label: `${String(each.props.label ?? '')}：${String(inner.props.label ?? '')}` })
    }
  }
  return offered
}
