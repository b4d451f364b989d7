/** Words of classification, discovery, masked copies and grades; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/classification.ts'
import * as zh from './zh-CN/classification.ts'

export const fields = texts(zh.fields, en.fields)
export const discovery = texts(zh.discovery, en.discovery)
export const copies = texts(zh.copies, en.copies)
export const grades = texts(zh.grades, en.grades)
