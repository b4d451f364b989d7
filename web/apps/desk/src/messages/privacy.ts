/** Words of personal data and transfer; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/privacy.ts'
import * as zh from './zh-CN/privacy.ts'

export const privacy = texts(zh.privacy, en.privacy)
export const logs = texts(zh.logs, en.logs)
export const transfer = texts(zh.transfer, en.transfer)
