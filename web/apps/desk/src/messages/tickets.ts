/** Words of the numbers of the queue; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/tickets.ts'
import * as zh from './zh-CN/tickets.ts'

export const called = texts(zh.called, en.called)
export const hallTickets = texts(zh.hallTickets, en.hallTickets)
