/** Words of the designers of flows, rules and papers; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/design-flows.ts'
import * as zh from './zh-CN/design-flows.ts'

export const flows = texts(zh.flows, en.flows)
export const papers = texts(zh.papers, en.papers)
export const shortcuts = texts(zh.shortcuts, en.shortcuts)
