import { texts } from '@tongban/ui'
import { en } from './en.ts'
import { zh } from './zh-CN.ts'

export const t = texts(zh, en)
export type Key = keyof typeof zh
