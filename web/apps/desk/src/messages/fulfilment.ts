/** Words of fees; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/fulfilment.ts'
import * as zh from './zh-CN/fulfilment.ts'

export const fees = texts(zh.fees, en.fees)
export const handovers = texts(zh.handovers, en.handovers)
export const shipments = texts(zh.shipments, en.shipments)
