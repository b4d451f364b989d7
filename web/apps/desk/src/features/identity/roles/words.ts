/** Roles and permissions in words: what an exclusion names, what excludes a role, how permissions stand by menu. */
import type { Exclusion, PermissionMenu, Role } from '@tongban/api'
import { roles as t } from '../../../messages/identity.ts'
import type { Choice } from '../../../parts/dialog.ts'

/** `role:sys_admin` or a permission key, in words; an unknown key stays as it is. */
export function sayOf(key: string, roles: readonly Role[], menus: readonly PermissionMenu[]): string {
  if (key.startsWith('role:')) {
    const name = roles.find((role) => role.key === key.slice(5))?.label ?? key.slice(5)
    return t('rolePrefix', { name })
  }
  return menus.flatMap((menu) => menu.permissions).find((each) => each.key === key)?.label ?? key
}

/** What may not stand beside a role: the other side of every exclusion the role or one of its permissions is named in. */
export function excludedBy(role: Pick<Role, 'key' | 'permissions'>, exclusions: readonly Exclusion[]): { rule: Exclusion; keys: string[] }[] {
  const has = (side: readonly string[]) => side.some((key) => key === `role:${role.key}` || role.permissions.includes(key))
  return exclusions.flatMap((rule) => [...(has(rule.one_side) ? [{ rule, keys: rule.other_side }] : []), ...(has(rule.other_side) ? [{ rule, keys: rule.one_side }] : [])])
}

/** The menus of which a role holds something, with just what it holds. */
export function heldByMenu(permissions: readonly string[], menus: readonly PermissionMenu[]): PermissionMenu[] {
  return menus.map((menu) => ({ ...menu, permissions: menu.permissions.filter((each) => permissions.includes(each.key)) })).filter((menu) => menu.permissions.length > 0)
}

/** Everything a rule of exclusive duties may name: roles of staff first, then permissions by menu. */
export function dutiesOf(roles: readonly Role[], menus: readonly PermissionMenu[]): Choice[] {
  return [
    ...roles.filter((role) => role.audience === 'desk').map((role) => ({ value: `role:${role.key}`, label: t('rolePrefix', { name: role.label }) })),
    ...menus.flatMap((menu) => menu.permissions.map((each) => ({ value: each.key, label: each.label, hint: menu.label }))),
  ]
}
