/** Words of filled-in data, data items and department flows; fetched with their pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/form-data.ts'
import * as zh from './zh-CN/form-data.ts'

export const formData = texts(zh.formData, en.formData)
export const dataItems = texts(zh.dataItems, en.dataItems)
export const ownFlows = texts(zh.ownFlows, en.ownFlows)
