/** Words of the business tables; fetched with their pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/tables.ts'
import * as zh from './zh-CN/tables.ts'

export const tables = texts(zh.tables, en.tables)
export const rows = texts(zh.rows, en.rows)
export const reports = texts(zh.reports, en.reports)
