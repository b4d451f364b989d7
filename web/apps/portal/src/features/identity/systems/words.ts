import { texts } from '@tongban/ui'
import { systems as en } from '../../../messages/en/systems.ts'
import { systems as zh } from '../../../messages/zh-CN/systems.ts'

export const t = texts(zh, en)
