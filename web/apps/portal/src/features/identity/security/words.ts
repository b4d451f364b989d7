import { texts } from '@tongban/ui'
import { security as en } from '../../../messages/en/security.ts'
import { security as zh } from '../../../messages/zh-CN/security.ts'

export const t = texts(zh, en)
