import { texts } from '@tongban/ui'
import { acting as en } from '../../../messages/en/acting.ts'
import { acting as zh } from '../../../messages/zh-CN/acting.ts'

/** Words of acting for somebody, on pages of applications and cases. */
export const a = texts(zh, en)
