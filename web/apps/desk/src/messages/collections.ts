/** Words of what is collected together; fetched with that page only. */
import { texts } from '@tongban/ui'
import * as en from './en/collections.ts'
import * as zh from './zh-CN/collections.ts'

export const collections = texts(zh.collections, en.collections)
