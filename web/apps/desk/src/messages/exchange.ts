/** Words of connected systems and the exchange ledger; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/exchange.ts'
import * as zh from './zh-CN/exchange.ts'

export const systems = texts(zh.systems, en.systems)
export const ledger = texts(zh.ledger, en.ledger)
export const dispatch = texts(zh.dispatch, en.dispatch)
export const interfaces = texts(zh.interfaces, en.interfaces)
export const signOn = texts(zh.signOn, en.signOn)
