import { inject, type ComputedRef, type InjectionKey } from 'vue'
import type { UploadFile } from '@tongban/ui'
import type { Evaluation } from '../evaluate.ts'

/** What FormView shares with the fields below it. */
export interface FormState {
  evaluation: ComputedRef<Evaluation>
  valueAt(pointer: string): unknown
  setAt(pointer: string, value: unknown): void
  errorAt(pointer: string): string | undefined
  leave(pointer: string): void
  /** Whether an outermost field is to be seen at all. */
  drawn(key: string): boolean
  /** Whether a field was filled in from what is held, from where, and whether the applicant may not change it. */
  prefilled(key: string): { prefilled: boolean; locked: boolean; source?: string }
  regions?: RegionSource
  /** How a file goes up; without it files can't be given here. */
  upload?: UploadFile
  /** Everything wrong is shown: the form was to be sent. */
  strict: boolean
  /** China date, for checks that read it. */
  today: string
}

export interface Region { code: string; name: string; leaf?: boolean }
/** Children of a region; the top of the offered tree for null. */
export type RegionSource = (parent: string | null) => Promise<Region[]>

export const formState: InjectionKey<FormState> = Symbol('form')

export function useForm(): FormState {
  const state = inject(formState)
  if (!state) throw new Error('a form field stands outside FormView')
  return state
}
