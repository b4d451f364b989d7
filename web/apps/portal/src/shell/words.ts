import { texts } from '@tongban/ui'
import { shell as en } from '../messages/en/shell.ts'
import { shell as zh } from '../messages/zh-CN/shell.ts'

export const words = texts(zh, en)
