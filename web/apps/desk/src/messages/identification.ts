/** Words of identification at the counter, card readers, the mobile link and entry from other systems. */
import { texts } from '@tongban/ui'
import * as en from './en/identification.ts'
import * as zh from './zh-CN/identification.ts'

export const identify = texts(zh.identify, {})
export const mobile = texts(zh.mobile, en.mobile)
export const devices = texts(zh.devices, en.devices)
export const entry = texts(zh.entry, en.entry)
