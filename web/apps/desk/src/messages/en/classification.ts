/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/classification.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const fields: Some<typeof zh.fields> = { title: 'Classification', inventory: 'Take inventory', report: 'Export {n}', confirm: 'Confirm', edit: 'Change', reject: 'Reject', history: 'Versions' }
export const discovery: Some<typeof zh.discovery> = { title: 'Sensitive data scan', start: 'Start scan', accept: 'Accept', dismiss: 'Dismiss' }
export const copies: Some<typeof zh.copies> = { title: 'Masked copies', start: 'Make a copy', download: 'Download', discard: 'Remove copy' }
export const grades: Some<typeof zh.grades> = { title: 'Data grades', edit: 'Change', confirm: 'Agree', reject: 'Reject', person: 'Grade a person' }
