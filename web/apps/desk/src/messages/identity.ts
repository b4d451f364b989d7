/** Words of organisations, staff, roles and access; fetched with those pages only. */
import { texts } from '@tongban/ui'
import * as en from './en/identity.ts'
import * as zh from './zh-CN/identity.ts'

export const orgs = texts(zh.orgs, en.orgs)
export const staff = texts(zh.staff, en.staff)
export const roles = texts(zh.roles, en.roles)
export const access = texts(zh.access, en.access)
export const migration = texts(zh.migration, en.migration)
export const windows = texts(zh.windows, en.windows)
export const mandates = texts(zh.mandates, en.mandates)
