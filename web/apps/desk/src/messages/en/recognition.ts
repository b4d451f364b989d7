/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/recognition.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const links: Some<typeof zh.links> = { title: 'Recognition', setUp: 'Set up', edit: 'Edit', systems: 'Systems', submit: 'Save' }
export const jumps: Some<typeof zh.jumps> = { title: 'Item jumps', add: 'Set up a jump', try: 'Try', edit: 'Edit', remove: 'Remove', submit: 'Save' }
export const tickets: Some<typeof zh.tickets> = { title: 'Tickets' }
export const bound: Some<typeof zh.bound> = { title: 'Bound accounts', open: 'Open', bind: 'Bind', unbind: 'Unbind' }
