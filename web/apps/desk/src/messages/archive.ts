/** Words of the case library and the archive; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/archive.ts'
import * as zh from './zh-CN/archive.ts'

export const library = texts(zh.library, en.library)
export const sets = texts(zh.sets, en.sets)
export const earlier = texts(zh.earlier, en.earlier)
export const legacy = texts(zh.legacy, en.legacy)
