/** The rules of a whole form in one list, and how each fares with some data: a bench to try them on. */
import { evaluate, type FieldRule, type FormValues } from '@tongban/form-runtime'
import { describe } from '../describe/index.ts'
import { around, below, formOf, keyOf, type Doc, type Node, type NodeId } from './doc.ts'

/** `open`: something the rule reads is missing or wrong already; `off`: not today. */
export type Result = 'holds' | 'broken' | 'open' | 'off'
export interface RuleRow { node: NodeId; index: number; rule: FieldRule; result: Result }

const isRule = (value: unknown): value is FieldRule => value !== null && typeof value === 'object' && typeof (value as FieldRule).feel === 'string'
/** Where the values of a field stand, whatever row: `/rows/age`. */
const pathOf = (doc: Doc, one: Node): string => `/${[...around(doc, one.id).filter((each) => describe(each.type).nests).reverse(), one].map(keyOf).join('/')}`

export function rulesOf(doc: Doc, data: FormValues, today: string): RuleRow[] {
  const asked = new Map<string, (boolean | null)[]>()
  for (const { pointer, index, holds } of evaluate(formOf(doc), { today, data }).rules) {
    const at = `${pointer.replaceAll(/\/\d+(?=\/)/g, '')}#${index}`
    asked.set(at, [...(asked.get(at) ?? []), holds])
  }
  const rows: RuleRow[] = []
  for (const each of below(doc, doc.root)) {
    const rules = Array.isArray(each.props.validate) ? each.props.validate.filter(isRule) : []
    rules.forEach((rule, index) => {
      const came = asked.get(`${pathOf(doc, each)}#${index}`) ?? []
      // In a table a rule is broken where one row breaks it.
      const tried = came.includes(false) ? 'broken' : came.includes(true) ? 'holds' : 'open'
      rows.push({ node: each.id, index, rule, result: isOff(rule, today) ? 'off' : tried })
    })
  }
  return rows
}
const isOff = (rule: FieldRule, today: string): boolean => (rule.from !== undefined && today < rule.from) || (rule.until !== undefined && today > rule.until)
