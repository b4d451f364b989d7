/** Words of changing an applicant's materials; fetched with a case. */
import { texts } from '@tongban/ui'
import * as en from './en/amend.ts'
import * as zh from './zh-CN/amend.ts'

export const amend = texts(zh.amend, en.amend)
