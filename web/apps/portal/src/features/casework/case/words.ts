import { texts } from '@tongban/ui'
import { case_ as en } from '../../../messages/en/case.ts'
import { case_ as zh } from '../../../messages/zh-CN/case.ts'

export const t = texts(zh, en)
export const wayText = { self: 'deliverySelf', post: 'deliveryPost', electronic: 'deliveryElectronic' } as const
