/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/identification.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const mobile: Some<typeof zh.mobile> = { title: 'Mobile links', card: 'Mobile platform', link: 'Link', unlink: 'Unlink', end: 'End link', linked: 'Linked', notLinked: 'Not linked' }
export const devices: Some<typeof zh.devices> = { title: 'Card readers', add: 'Register a reader', disable: 'Switch off', enable: 'Switch on' }
export const entry: Some<typeof zh.entry> = { signIn: 'Sign in with a password', toDesk: 'Open the desk' }
