/** Columns of an earlier system against our fields: guessed by name, checked before anything is sent. */
import { migration as t } from '../../../messages/identity.ts'

export type Kind = 'orgs' | 'staff'
export const FIELDS = {
  orgs: ['key', 'name', 'short_name', 'kind', 'uscc', 'parent', 'region', 'phone'],
  staff: ['login', 'name', 'employee_no', 'org', 'title', 'phone', 'email', 'roles', 'windows', 'items', 'region', 'disabled'],
} as const
export type Field = (typeof FIELDS)[Kind][number]
/** Without these a row says nothing. */
const NEEDED: Record<Kind, readonly Field[]> = { orgs: ['key', 'name'], staff: ['login', 'name', 'org'] }
const WORDS: Record<Field, RegExp> = {
  key: /(机构|部门|单位).?(代码|编号|编码)|^代码$/, name: /名称|姓名|^名字/, short_name: /简称/, kind: /类型|类别/, uscc: /信用代码/, parent: /上级|父/, region: /区划|辖区/, phone: /电话|手机/,
  login: /登录名|账号|用户名/, employee_no: /工号/, org: /(机构|部门|单位)/, title: /职务|职位/, email: /邮箱|邮件/, roles: /岗位|角色/, windows: /窗口/, items: /事项/, disabled: /停用|禁用/,
}
export const fieldName = (kind: Kind, field: Field): string => (kind === 'orgs' && field === 'key' ? t('f_key') : t(`f_${field}`))

/** For each column the field its name speaks of; each field is taken once, by the first column that fits. */
export function guess(kind: Kind, columns: readonly string[]): Record<string, string> {
  const free = new Set<Field>(FIELDS[kind])
  return Object.fromEntries(columns.map((column) => {
    const found = FIELDS[kind].find((field) => free.has(field) && (WORDS[field].test(column) || column === field))
    if (found) free.delete(found)
    return [column, found ?? '']
  }))
}

/** Fields still missing, and fields two columns claim. */
export function faults(kind: Kind, columns: Readonly<Record<string, string>>): { missing: Field[]; twice: Field[] } {
  const chosen = Object.values(columns).filter(Boolean) as Field[]
  return { missing: NEEDED[kind].filter((field) => !chosen.includes(field)), twice: [...new Set(chosen.filter((field, at) => chosen.indexOf(field) !== at))] }
}
