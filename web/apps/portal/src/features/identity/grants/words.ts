import { texts } from '@tongban/ui'
import { grants as en } from '../../../messages/en/grants.ts'
import { grants as zh } from '../../../messages/zh-CN/grants.ts'

export const t = texts(zh, en)
