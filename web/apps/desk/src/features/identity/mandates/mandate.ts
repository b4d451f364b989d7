/** A mandate in words, its form, its end. */
import { admin, type Mandate, type MyPowers, type PermissionMenu } from '@tongban/api'
import { mandates as t } from '../../../messages/identity.ts'
import { common } from '../../../messages/index.ts'
import { picked, type DialogField, type DialogSpec, type DialogValues } from '../../../parts/dialog.ts'
import { dayEnds } from '../../../parts/moments.ts'
import { findOrgs, findStaff } from '../find.ts'

/** Permissions by menu: a whole menu by its name, part of one with its count. */
export function saysPermissions(keys: readonly string[], menus: readonly PermissionMenu[]): string {
  const parts = menus.flatMap((menu) => {
    const held = menu.permissions.filter((each) => keys.includes(each.key))
    if (!held.length) return []
    return [held.length === menu.permissions.length ? menu.label : held.length <= 2 ? held.map((each) => each.label).join('、') : t('partOf', { menu: menu.label, n: held.length })]
  })
  return parts.join('、') || t('count', { n: keys.length })
}

export function standing(one: Pick<Mandate, 'revoked_at' | 'until'>, now = new Date()): 'active' | 'expired' | 'revoked' {
  if (one.revoked_at) return 'revoked'
  return one.until && new Date(one.until) <= now ? 'expired' : 'active'
}

/** Only what the giver may give is offered. */
export function mandateGroups(menus: readonly PermissionMenu[], own: MyPowers): { title: string; hint?: string; fields: DialogField[] }[] {
  const offered = menus.map((menu) => ({ ...menu, permissions: menu.permissions.filter((each) => own.permissions.includes(each.key)) })).filter((menu) => menu.permissions.length)
  return [
    { title: t('who'), fields: [
      { kind: 'pick', key: 'staff_id', label: t('staff'), find: findStaff }, { kind: 'pick', key: 'org_id', label: t('orgField'), hint: t('orgHint'), find: findOrgs },
      { kind: 'date', key: 'until', label: t('untilField'), hint: t('untilHint'), optional: true },
      { kind: 'radio', key: 'may_delegate', label: t('furtherField'), value: 'no', options: [{ value: 'no', label: t('mayNot') }, { value: 'yes', label: t('mayDelegate'), hint: t('furtherHint') }] },
    ] },
    { title: t('permissions'), hint: t('permissionsHint'), fields: offered.map((menu): DialogField => ({ kind: 'checks', key: `menu:${menu.key}`, label: menu.label, optional: true, columns: true, options: menu.permissions.map((each) => ({ value: each.key, label: each.label })) })) },
  ]
}

export function mandateBody(values: DialogValues): Parameters<typeof admin.giveMandate>[0] {
  const permissions = Object.entries(values).filter(([key]) => key.startsWith('menu:')).flatMap(([, value]) => picked(value))
  const until = String(values.until ?? '')
  return { staff_id: picked(values.staff_id)[0] ?? '', org_id: picked(values.org_id)[0] ?? '', permissions, may_delegate: values.may_delegate === 'yes', ...(until ? { until: dayEnds(until) } : {}) }
}

export const revokeMandate = (one: Mandate): DialogSpec => ({
  title: t('revokeTitle', { name: one.staff.name, org: one.org.name }), text: t('revokeText'), fields: [{ kind: 'textarea', key: 'reason', label: common('reason'), missing: common('reasonMissing') }],
  submit: t('revokeSubmit'), cancel: t('keep'), danger: true, done: t('revoked'), run: (values) => admin.revokeMandate(one.id, String(values.reason)),
})
