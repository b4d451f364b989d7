/** Words of the guided path to a new service; fetched with its pages only. */
import { texts } from '@tongban/ui'
import { en } from './en/assemble.ts'
import { zh } from './zh-CN/assemble.ts'

export const assemble = texts(zh, en)
