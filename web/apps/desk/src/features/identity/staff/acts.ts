/** What can be done with one staff account, each as a described dialog. The server decides; these only ask. */
import { account, admin, type OneTimePassword, type Staff, type StaffSession } from '@tongban/api'
import { formatMoment } from '@tongban/ui'
import { staff as t } from '../../../messages/identity.ts'
import { common } from '../../../messages/index.ts'
import { picked, type Choice, type DialogField, type DialogSpec } from '../../../parts/dialog.ts'
import type { Secret } from '../../../parts/SecretOnce.vue'
import { findItems, findWindows } from '../find.ts'

const reason = (label: string = common('reason')): DialogField => ({ kind: 'textarea', key: 'reason', label, missing: common('reasonMissing') })

export function onceSecret(answer: OneTimePassword): Secret {
  const until = answer.valid_until ? t('onceUntil', { at: formatMoment(answer.valid_until) }) : ''
  return { title: t('onceTitle', { name: answer.staff.name }), text: `${t('onceText')}${until}`, lines: [{ label: t('onceLogin'), value: answer.staff.login }, { label: t('oncePassword'), value: answer.one_time_password }] }
}

export const resetPassword = (one: Staff, shown: (secret: Secret) => void): DialogSpec => ({
  title: t('resetTitle', { name: one.name }), text: t('resetText', { name: one.name }), fields: [reason()], submit: t('resetSubmit'), cancel: t('keepPassword'), danger: true,
  run: async (values) => shown(onceSecret(await admin.resetPassword(one.id, { version: one.version, reason: String(values.reason) }))),
})
export const resetFactor = (one: Staff): DialogSpec => ({
  title: t('factorTitle', { name: one.name }), text: t('factorText'), fields: [reason()], submit: t('factorSubmit'), cancel: t('keepFactor'), danger: true, done: t('factorDone'),
  run: (values) => account.resetSecondFactor(one.id, String(values.reason)),
})
export const endSession = (one: Staff, session: StaffSession): DialogSpec => ({
  title: t('sessionTitle', { name: one.name }), text: t('sessionText', { device: session.device, address: session.address }), fields: [reason()], submit: t('sessionSubmit'), cancel: t('sessionKeep'), danger: true, done: t('sessionDone'),
  run: (values) => account.endStaffSession(session.id, String(values.reason)),
})
export const disable = (one: Staff): DialogSpec => ({
  title: t('disableTitle', { name: one.name }), text: t('disableText'), fields: [reason()], submit: t('disableSubmit'), cancel: t('keepAccount'), danger: true, done: t('disabled'),
  run: (values) => admin.disableStaff(one.id, { version: one.version, reason: String(values.reason) }),
})
export const enable = (one: Staff): DialogSpec => ({ title: t('enableTitle', { name: one.name }), text: t('enableText'), fields: [], submit: t('enableSubmit'), done: t('enabled'), run: () => admin.enableStaff(one.id, one.version) })
export const unlock = (one: Staff): DialogSpec => ({ title: t('unlockTitle', { name: one.name }), text: t('unlockText'), fields: [], submit: t('unlockSubmit'), done: t('unlocked'), run: () => admin.unlockStaff(one.id, one.version) })
export const remove = (one: Staff): DialogSpec => ({
  title: t('removeTitle', { name: one.name }), text: t('removeText'), fields: [reason()], submit: t('removeSubmit'), cancel: t('keepIt'), danger: true, done: t('removed'),
  run: (values) => admin.removeStaff(one.id, { version: one.version, reason: String(values.reason) }),
})
export const reveal = (one: Staff, field: 'phone' | 'mobile_identity', shown: (value: string) => void): DialogSpec => ({
  title: t('revealTitle', { name: one.name, field: t(field === 'phone' ? 'phone' : 'mobileIdentity') }), text: t('revealText'), fields: [reason(t('revealReason'))], submit: t('revealSubmit'),
  run: async (values) => shown((await admin.revealStaff(one.id, field, String(values.reason))).value),
})
export const grant = (one: Staff, roles: readonly Choice[], names: ReadonlyMap<string, string>): DialogSpec => ({
  title: t('grantTitle', { name: one.name }), text: t('grantText'), submit: t('grantSubmit'), done: t('granted'),
  fields: [
    { kind: 'checks', key: 'roles', label: t('rolesField'), optional: true, columns: true, value: one.roles.map((role) => role.key), options: [...roles] },
    { kind: 'pick', key: 'windows', label: t('windowsField'), optional: true, multiple: true, find: findWindows, value: one.windows.map((window) => ({ value: window.id, label: `${window.number} ${window.hall}` })) },
    { kind: 'pick', key: 'items', label: t('itemsField'), hint: t('itemsHint'), optional: true, multiple: true, find: findItems, value: one.items.map((slug) => ({ value: slug, label: names.get(slug) ?? slug })) },
  ],
  run: (values) => admin.grant(one.id, { version: one.version, roles: picked(values.roles), items: picked(values.items), windows: picked(values.windows) }),
})
