import { texts } from '@tongban/ui'
import { manual as en } from '../../../messages/en/manual.ts'
import { manual as zh } from '../../../messages/zh-CN/manual.ts'

export const t = texts(zh, en)
