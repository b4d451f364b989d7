/** Words of licences and their stock; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/licences.ts'
import * as zh from './zh-CN/licences.ts'

export const stock = texts(zh.stock, en.stock)
