import { texts } from '@tongban/ui'
import { en } from './en.ts'
import { zh } from './zh-CN.ts'

/** All words of the designers. */
export const design = texts(zh, en)
export type DesignWord = keyof typeof zh
