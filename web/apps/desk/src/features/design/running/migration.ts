/** Moving running cases to another version of their flow (FORM-030): what has to be said first, and carrying it out in parts. */
import { asProblem, type ApiProblem, type FlowMoved, type FlowNode, type MovedCase } from '@tongban/api'
import { callOf } from './figures.ts'

/** Cases moved by one call: few enough that the person sees it go on and can stop. */
export const PART = 50

export interface LostStep { element: string; name: string; cases: number }

/** Steps at which cases of the old version stand and which the new version does not have. */
export function lostSteps(nodes: readonly FlowNode[], from: number, kept: readonly { id: string }[]): LostStep[] {
  const has = new Set(kept.map((each) => each.id))
  return nodes.filter((each) => each.version === from && each.open > 0 && !has.has(each.element) && !has.has(callOf(each.element))).map((each) => ({ element: each.element, name: each.name || each.element, cases: each.open }))
}

/** Only what was chosen, and only for steps that are lost. */
export function mappingOf(lost: readonly LostStep[], chosen: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(lost.flatMap((each) => (chosen[each.element] ? [[each.element, chosen[each.element] ?? '']] : [])))
}

export interface Progress { done: number; total: number; moved: number; refused: number; items: MovedCase[]; left: string[]; problem: ApiProblem | null }

/** Sends the cases part by part; ends at the first call that fails or when the person stops. What was moved stays moved. */
export async function carryOut(ids: readonly string[], send: (part: string[]) => Promise<FlowMoved>, tell: (now: Progress) => void, stopped: () => boolean): Promise<Progress> {
  let now: Progress = { done: 0, total: ids.length, moved: 0, refused: 0, items: [], left: [...ids], problem: null }
  tell(now)
  while (now.left.length && !stopped()) {
    const part = now.left.slice(0, PART)
    try {
      const answer = await send(part)
      now = { ...now, done: now.done + part.length, moved: now.moved + answer.moved, refused: now.refused + answer.refused, items: [...now.items, ...answer.items], left: now.left.slice(PART) }
    } catch (thrown) {
      now = { ...now, problem: asProblem(thrown) }
    }
    tell(now)
    if (now.problem) break
  }
  return now
}
