/** Words of the texts of messages; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/texts.ts'
import * as zh from './zh-CN/texts.ts'

export const messageTexts = texts(zh.messageTexts, en.messageTexts)
