/** Words of the user manual; fetched with its pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/manual.ts'
import * as zh from './zh-CN/manual.ts'

export const manual = texts(zh.manual, en.manual)
