/** Words of links, jumps, tickets and own bound accounts; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/recognition.ts'
import * as zh from './zh-CN/recognition.ts'

export const links = texts(zh.links, en.links)
export const jumps = texts(zh.jumps, en.jumps)
export const tickets = texts(zh.tickets, en.tickets)
export const bound = texts(zh.bound, en.bound)
