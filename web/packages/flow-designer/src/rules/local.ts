/**
 * A decision in the browser, at once, while one writes. For comfort only: numbers are doubles here, so the server's
 * answer counts and replaces this one.
 */
import { date, evaluate, unaryTest } from 'feelin'
import type { RuleTable } from './document.ts'

export interface LocalResult { output: unknown; fired: number[] }

function value(expression: string, context: Record<string, unknown>): unknown {
  if (!expression.trim() || expression.trim() === '-') return null
  return evaluate(expression, context).value
}

/** Dates are written as texts in cases; the language compares them as dates. */
function ready(input: Record<string, unknown>, types: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).map(([key, each]) => [key, types.get(key) === 'date' && typeof each === 'string' ? date(each) : each]))
}

function fits(test: string, tested: unknown, context: Record<string, unknown>): boolean {
  if (!test || test === '-') return true
  return unaryTest(test, { ...context, '?': tested }).value === true
}

const AGGREGATES: Record<string, (values: number[]) => unknown> = { SUM: (all) => all.reduce((sum, each) => sum + each, 0), MIN: (all) => Math.min(...all), MAX: (all) => Math.max(...all), COUNT: (all) => all.length }

function outputOf(table: RuleTable, row: number, context: Record<string, unknown>): unknown {
  const outputs = table.rows[row]?.outputs ?? []
  if (table.outputs.length < 2) return value(outputs[0] ?? '', context)
  return Object.fromEntries(table.outputs.map((each, i) => [each.name, value(outputs[i] ?? '', context)]))
}

/** Null when the browser can't say: an expression it does not understand, an answer that is not unique. */
export function decideLocally(table: RuleTable, input: Record<string, unknown>): LocalResult | null {
  try {
    const context = ready(input, new Map(table.inputs.map((each) => [each.expression, each.type])))
    const tested = table.inputs.map((each) => value(each.expression, context))
    const fired = table.rows.flatMap((row, i) => (row.inputs.every((test, at) => fits(test, tested[at], context)) ? [i] : []))
    const all = () => fired.map((row) => outputOf(table, row, context))
    switch (table.hitPolicy) {
      case 'FIRST': return { output: fired.length ? outputOf(table, fired[0] as number, context) : null, fired: fired.slice(0, 1) }
      case 'UNIQUE': return fired.length > 1 ? null : { output: fired.length ? all()[0] : null, fired }
      case 'ANY': return { output: fired.length ? all()[0] : null, fired }
      case 'RULE ORDER': return { output: all(), fired }
      case 'COLLECT': {
        const count = AGGREGATES[table.aggregation]
        return { output: count ? count(all().map(Number)) : all(), fired }
      }
      default: return null
    }
  } catch {
    return null
  }
}

/** Same in content, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))]
  return left.length === right.size && left.every(([key, each]) => right.has(key) && same(each, right.get(key)))
}
