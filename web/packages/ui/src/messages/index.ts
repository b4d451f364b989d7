import { texts } from '../i18n.ts'
import { en } from './en.ts'
import { zh } from './zh-CN.ts'

/** The words of the components themselves. */
export const ui = texts(zh, en)
