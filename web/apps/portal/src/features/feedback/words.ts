import { texts } from '@tongban/ui'
import { rating as en } from '../../messages/en/rating.ts'
import { rating as zh } from '../../messages/zh-CN/rating.ts'

export const t = texts(zh, en)
