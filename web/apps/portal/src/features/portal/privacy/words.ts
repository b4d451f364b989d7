import { texts } from '@tongban/ui'
import { privacy as en } from '../../../messages/en/privacy.ts'
import { privacy as zh } from '../../../messages/zh-CN/privacy.ts'

export const t = texts(zh, en)
