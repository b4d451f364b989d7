/** Words of the own account, sign-in steps, real-name review and sign-in figures. */
import { texts } from '@tongban/ui'
import * as en from './en/account.ts'
import * as zh from './zh-CN/account.ts'

export const account = texts(zh.account, en.account)
export const steps = texts(zh.steps, en.steps)
export const reviews = texts(zh.reviews, en.reviews)
export const figures = texts(zh.figures, en.figures)
export const consent = texts(zh.consent, en.consent)
