/** Words of the design library; fetched with its pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/design.ts'
import * as zh from './zh-CN/design.ts'

export const library = texts(zh.library, en.library)
export const formDesign = texts(zh.formDesign, en.formDesign)
export const sharedFields = texts(zh.sharedFields, en.sharedFields)
export const ruleBindings = texts(zh.ruleBindings, en.ruleBindings)
