/** Words of print templates, field mappings, papers of items and printing; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/papers.ts'
import * as zh from './zh-CN/papers.ts'

export const prints = texts(zh.prints, en.prints)
export const mappings = texts(zh.mappings, en.mappings)
export const itemPapers = texts(zh.itemPapers, en.itemPapers)
export const printing = texts(zh.printing, en.printing)
