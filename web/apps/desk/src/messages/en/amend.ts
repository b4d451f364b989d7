/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/amend.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const amend: Some<typeof zh.amend> = { add: 'Add a file', replace: 'Replace a file', remove: 'Take a file out', reason: 'Reason', file: 'New file', before: 'Before: ' }
