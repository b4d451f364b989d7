import { texts } from '@tongban/ui'
import { arrive as en } from '../../../messages/en/arrive.ts'
import { arrive as zh } from '../../../messages/zh-CN/arrive.ts'

export const t = texts(zh, en)
