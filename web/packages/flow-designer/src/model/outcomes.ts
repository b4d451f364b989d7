/** The answers a trial run offers for a step: those of its buttons and those its conditions ask for. */
import { conditionOf, extensionsOf, type Moddle } from './properties.ts'

/** Values compared with `<id>.outcome` in an expression. */
export function askedOutcomes(id: string, expression: string): string[] {
  const escaped = id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const named = new RegExp(`(?<![\\p{L}\\p{N}_.])${escaped}\\s*\\.\\s*outcome\\s*(?:=|!=|in)\\s*\\(?\\s*((?:"[^"]*"\\s*,?\\s*)+)`, 'gu')
  return [...expression.matchAll(named)].flatMap((hit) => [...(hit[1] ?? '').matchAll(/"([^"]*)"/g)].map((value) => value[1] ?? ''))
}

export interface OutcomeChoice { value: string; label: string }

/** All outcomes of a step, the buttons first because they have a name. */
export function outcomesOf(step: Moddle, flows: readonly Moddle[]): OutcomeChoice[] {
  const named = extensionsOf(step).buttons.filter((button) => button.action === 'pass' && button.outcome).map((button) => ({ value: button.outcome ?? '', label: button.label || button.outcome || '' }))
  const asked = flows.flatMap((flow) => askedOutcomes(step.id, conditionOf(flow)).map((value) => ({ value, label: flow.name ? `${flow.name}（${value}）` : value })))
  const seen = new Set<string>()
  return [...named, ...asked].filter((each) => !seen.has(each.value) && seen.add(each.value))
}
