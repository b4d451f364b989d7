/** Words of the material centre and of proofs; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/materials.ts'
import * as zh from './zh-CN/materials.ts'

export const centre = texts(zh.centre, en.centre)
export const pulls = texts(zh.pulls, en.pulls)
export const proofs = texts(zh.proofs, en.proofs)
export const grants = texts(zh.grants, en.grants)
