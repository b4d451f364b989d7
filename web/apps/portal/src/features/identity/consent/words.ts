import { texts } from '@tongban/ui'
import { consent as en } from '../../../messages/en/consent.ts'
import { consent as zh } from '../../../messages/zh-CN/consent.ts'

export const t = texts(zh, en)
