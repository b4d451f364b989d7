/** Words of items from the library above; fetched with that page only. */
import { texts } from '@tongban/ui'
import * as en from './en/library-sync.ts'
import * as zh from './zh-CN/library-sync.ts'

export const librarySync = texts(zh.librarySync, en.librarySync)
