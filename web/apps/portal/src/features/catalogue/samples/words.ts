import { texts } from '@tongban/ui'
import { samples as en } from '../../../messages/en/samples.ts'
import { samples as zh } from '../../../messages/zh-CN/samples.ts'

export const t = texts(zh, en)
