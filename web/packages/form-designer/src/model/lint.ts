/** Hints while somebody is still at it. The server judges when the draft is saved and before it is published. */
import { describe, isKnown, mayHold, propertiesOf } from '../describe/index.ts'
import { around, below, fieldsIn, keyOf, nameOf, node, scopeInside, scopeOf, type Doc, type Node, type NodeId } from './doc.ts'
import { isKey, isReserved } from './keys.ts'
import { expressionsOf, namesUsed } from './names.ts'
import { pointerOf } from './where.ts'

export interface Finding { severity: 'error' | 'warning'; code: string; at: string; message: string }
export interface Hint extends Finding { node: NodeId; member: string | null }

const blank = (value: unknown): boolean => value === undefined || value === null || (typeof value === 'string' && !value.trim()) || (Array.isArray(value) && value.length === 0)

export function hints(doc: Doc): Hint[] {
  const found: Hint[] = []
  const double = doubles(doc)
  for (const each of [node(doc, doc.root), ...below(doc, doc.root)]) {
    const say = (member: string | null, code: string, message: string, severity: Hint['severity'] = 'error') => found.push({ node: each.id, member, severity, code, at: pointerOf(doc, each.id, member ?? undefined), message })
    if (!isKnown(each.type)) say('type', 'type', `不认识“${each.type}”这种组件，请换成列出的组件`)
    const parent = each.parent === null ? null : node(doc, each.parent)
    if (parent && isKnown(each.type) && !mayHold(parent.type, each.type, around(doc, parent.id).map((one) => one.type))) say('type', 'place', `${describe(parent.type).label}里不能放${describe(each.type).label}`)
    for (const property of propertiesOf(each.type, each.props, parent?.type ?? 'form')) if (property.must && blank(each.props[property.key])) say(property.key, 'missing', `“${nameOf(each)}”还没有写${property.label}`)
    keys(each, double, say)
    if (describe(each.type).holds && each.children.length === 0) say(null, 'empty', `“${nameOf(each)}”里还没有组件`)
    names(doc, each, say)
    limits(each, say)
    choices(each, say)
  }
  return found
}

type Say = (member: string | null, code: string, message: string, severity?: Hint['severity']) => void

function doubles(doc: Doc): Set<NodeId> {
  const found = new Set<NodeId>()
  const holders = [doc.root, ...[...below(doc, doc.root)].filter((each) => describe(each.type).nests).map((each) => each.id)]
  const scan = (list: Iterable<Node>): void => {
    const seen = new Map<string, NodeId>()
    for (const each of list) {
      const key = keyOf(each)
      if (key && seen.has(key)) found.add(each.id)
      else seen.set(key, each.id)
    }
  }
  for (const holder of holders) scan(fieldsIn(doc, scopeInside(doc, holder)))
  scan(node(doc, doc.root).children.map((id) => node(doc, id)))
  return found
}

function keys(each: Node, double: ReadonlySet<NodeId>, say: Say): void {
  const key = keyOf(each)
  if (each.type === 'form' || !key) return
  if (double.has(each.id)) say('key', 'duplicate', `标识 ${key} 出现了两次，请改成别的`)
  else if (each.type !== 'section' && !isKey(key)) say('key', 'key', `标识 ${key} 要以小写字母开头，只用小写字母、数字和下划线`)
  else if (isReserved(key)) say('key', 'reserved', `${key} 在条件里另有含义，请换一个标识`)
}

function names(doc: Doc, each: Node, say: Say): void {
  for (const expression of expressionsOf(each)) {
    const strange = namesUsed(doc, each.id === doc.root ? doc.root : scopeOf(doc, each.id), expression.text).find((use) => use.field === null)
    if (strange) say(expression.member, 'name', `“${nameOf(each)}”的条件里写了 ${strange.name}，表单里没有这个字段`)
  }
  const rules = each.props.validate
  if (Array.isArray(rules)) rules.forEach((rule: { feel?: string; message?: string }) => { if (blank(rule?.feel) || blank(rule?.message)) say('validate', 'rule', `“${nameOf(each)}”有一条规则没有写完`) })
}

function limits(each: Node, say: Say): void {
  for (const [least, most, what] of [['minLength', 'maxLength', '字数'], ['minRows', 'maxRows', '行数'], ['min', 'max', '范围']] as const) {
    const [a, b] = [each.props[least], each.props[most]]
    const wrong = typeof a === 'number' && typeof b === 'number' ? a > b : typeof a === 'string' && typeof b === 'string' && a !== 'today' && b !== 'today' && a > b
    if (wrong) say(least, 'limit', `“${nameOf(each)}”的${what}上下限写反了`)
  }
  if (typeof each.props.pattern === 'string' && !compiles(each.props.pattern)) say('pattern', 'pattern', `“${nameOf(each)}”的格式读不出来`)
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp
  } catch {
    return false
  }
}

function choices(each: Node, say: Say): void {
  if (!Array.isArray(each.props.options)) return
  const values = (each.props.options as { value?: string; label?: string }[]).map((option) => option.value ?? '')
  if (values.some((value) => !value) || new Set(values).size < values.length) say('options', 'options', `“${nameOf(each)}”的选项有空着或重复的值`)
  else if ((each.props.options as { label?: string }[]).some((option) => blank(option.label))) say('options', 'options', `“${nameOf(each)}”有一个选项没有写文字`)
}
