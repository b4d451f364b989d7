/** Words of approving on the phone and of supervision; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/approval.ts'
import * as zh from './zh-CN/approval.ts'

export const phone = texts(zh.phone, en.phone)
export const drawing = texts(zh.drawing, en.drawing)
export const supervision = texts(zh.supervision, en.supervision)
export const cockpit = texts(zh.cockpit, en.cockpit)
