import { texts } from '@tongban/ui'
import { questions as en } from '../../../messages/en/questions.ts'
import { questions as zh } from '../../../messages/zh-CN/questions.ts'

export const t = texts(zh, en)
