/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/licences.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const stock: Some<typeof zh.stock> = { title: 'Licence stock', number: 'Blank', state: 'State', type: 'Licence', licence: 'Number', printed: 'Printed', printer: 'Printer', why: 'Reason', by: 'By', spoil: 'Write off' }
