import { texts } from '@tongban/ui'
import { account as en } from '../../messages/en/account.ts'
import { account as zh } from '../../messages/zh-CN/account.ts'

export const t = texts(zh, en)
