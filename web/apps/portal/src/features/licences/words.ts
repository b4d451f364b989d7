import { texts } from '@tongban/ui'
import { licences as en } from '../../messages/en/licences.ts'
import { licences as zh } from '../../messages/zh-CN/licences.ts'

export const t = texts(zh, en)
