/** The steps of the guided path and the parts an item takes from the design library. */
import { design, type DesignSummary } from '@tongban/api'
import { editorOf } from '../../design/library/words.ts'

export const STEPS = ['item', 'form', 'flow', 'rules', 'papers', 'try', 'publish'] as const
export type Step = (typeof STEPS)[number]
export type Part = 'form' | 'flow' | 'rules'
export const isPart = (step: Step): step is Part => step === 'form' || step === 'flow' || step === 'rules'

const SOME = 20
export type Found = DesignSummary & { editor: string }

/** A definition of the library by its key; `null` when it is not there. */
export async function findByKey(kind: Part, key: string): Promise<Found | null> {
  const { items } = await design.definitions({ kind, q: key, limit: SOME })
  const one = items.find((each) => each.key === key)
  return one ? { ...one, editor: editorOf(one) } : null
}
