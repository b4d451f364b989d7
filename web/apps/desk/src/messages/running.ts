/** Words of the running of flows; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/running.ts'
import { zh } from './zh-CN/running.ts'

export const running = texts(zh, en.running)
