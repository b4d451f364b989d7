import { texts } from '@tongban/ui'
import { zh } from './zh-CN.ts'

// Forms are Chinese documents: labels come from the pack, so the words around them stay Chinese too.
export const t = texts(zh, {})
