import { texts } from '@tongban/ui'
import { enterprise as en } from '../../../messages/en/enterprise.ts'
import { enterprise as zh } from '../../../messages/zh-CN/enterprise.ts'

export const t = texts(zh, en)
