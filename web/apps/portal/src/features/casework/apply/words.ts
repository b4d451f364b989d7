import { texts } from '@tongban/ui'
import { apply as en } from '../../../messages/en/apply.ts'
import { apply as zh } from '../../../messages/zh-CN/apply.ts'

export const t = texts(zh, en)
export const stepNames = () => ([1, 2, 3, 4, 5, 6, 7, 8] as const).map(n => t(`step${n}`))
