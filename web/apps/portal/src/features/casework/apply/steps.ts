import { computed, type ComputedRef } from 'vue'
import { idOf, type DraftStore } from './draft.ts'

/** Props every step takes; it emits `next` with what is to be saved. */
export interface StepProps { store: DraftStore; step: number; busy: boolean }

export interface StepError { id?: string; message: string; pointer?: string }

/** Server problems of one step, as lines of the error summary. */
export function serverErrors(store: DraftStore, step: number): ComputedRef<StepError[]> {
  return computed(() => store.state.problems.filter(p => p.step === step).map(p => ({ id: idOf(p.pointer), message: p.message, pointer: p.pointer })))
}
