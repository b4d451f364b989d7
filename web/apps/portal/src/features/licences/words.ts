import { texts } from '@tongban/ui'
import { licences as en } from '../../messages/en/licences.ts'
import { licences as zh } from '../../messages/zh-CN/licences.ts'

export const t = texts(zh, en)

/** The verify code of a licence: the last part of the address in its QR code. */
export const codeOf = (verifyUrl: string) => decodeURIComponent(new URL(verifyUrl, location.href).pathname.split('/').filter(Boolean).at(-1) ?? '')
