/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/collections.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const collections: Some<typeof zh.collections> = { title: 'Collected together', applicant: 'Applicant', cases: 'Cases', mode: 'How', release: 'Applicant wants it now' }
