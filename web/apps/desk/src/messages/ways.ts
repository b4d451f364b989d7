/** Words of the other ways of intake; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/ways.ts'
import * as zh from './zh-CN/ways.ts'

export const tolerances = texts(zh.tolerances, en.tolerances)
export const bulk = texts(zh.bulk, en.bulk)
export const records = texts(zh.records, en.records)
export const trace = texts(zh.trace, en.trace)
export const figures = texts(zh.figures, en.figures)
export const messages = texts(zh.messages, en.messages)
export const kinds = texts(zh.kinds, en.kinds)
