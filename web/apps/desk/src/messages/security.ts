/** Words of audit, risks, keys and data protection; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/security.ts'
import * as zh from './zh-CN/security.ts'

export const audit = texts(zh.audit, en.audit)
export const risks = texts(zh.risks, en.risks)
export const keys = texts(zh.keys, en.keys)
export const protection = texts(zh.protection, en.protection)
