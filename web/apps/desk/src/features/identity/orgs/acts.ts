/** What can be done with one organisation, each as a described dialog. */
import { admin, type AdminWindow, type Extension, type Org } from '@tongban/api'
import { orgs as t } from '../../../messages/identity.ts'
import { common } from '../../../messages/index.ts'
import { picked, type DialogField, type DialogSpec } from '../../../parts/dialog.ts'
import { findItems, findOrgs, findStaff } from '../find.ts'

const reason: DialogField = { kind: 'textarea', key: 'reason', get label() { return common('reason') }, get hint() { return t('reasonHint') }, get missing() { return common('reasonMissing') } }
const others = (org: Org) => async (q: string) => (await findOrgs(q)).filter((each) => each.value !== org.id)

export const move = (org: Org): DialogSpec => ({
  title: t('moveTitle', { name: org.name }), text: t('moveText'), fields: [{ kind: 'pick', key: 'parent_id', label: t('to'), find: others(org) }, reason], submit: t('moveSubmit'), done: t('moved'),
  run: (values) => admin.moveOrg(org.id, { version: org.version, parent_id: picked(values.parent_id)[0] ?? '', reason: String(values.reason) }),
})
export const merge = (org: Org): DialogSpec => ({
  title: t('mergeTitle', { name: org.name }), text: t('mergeText', { name: org.name }), fields: [{ kind: 'pick', key: 'into', label: t('into'), find: others(org) }, reason], submit: t('mergeSubmit'), danger: true, done: t('merged'),
  run: (values) => admin.mergeOrg(org.id, { version: org.version, into: picked(values.into)[0] ?? '', reason: String(values.reason) }),
})
export const disable = (org: Org): DialogSpec => ({
  title: t('disableTitle', { name: org.name }), text: t('disableText'), fields: [reason], submit: t('disableSubmit'), cancel: t('keep'), danger: true, done: t('disabled'),
  run: (values) => admin.disableOrg(org.id, { version: org.version, reason: String(values.reason) }),
})
export const enable = (org: Org): DialogSpec => ({
  title: t('enableTitle', { name: org.name }), fields: [reason], submit: t('enableSubmit'), done: t('enabled'),
  run: (values) => admin.enableOrg(org.id, { version: org.version, reason: String(values.reason) }),
})

async function townWindows(q: string): Promise<{ value: string; label: string; hint: string }[]> {
  const { items } = await admin.windows({ q, limit: 20 })
  return items.map((window: AdminWindow) => ({ value: window.id, label: `${window.number} ${window.name}`, hint: `${window.hall_name}　${window.org.name}` }))
}
export const openExtension = (): DialogSpec => ({
  title: t('extensionAdd'), text: t('extensionText'), submit: t('extensionSubmit'), done: t('extensionDone'),
  fields: [
    { kind: 'pick', key: 'item_slug', label: t('extensionItem'), find: findItems },
    { kind: 'pick', key: 'town_id', label: t('extensionTown'), find: findOrgs },
    { kind: 'pick', key: 'window_id', label: t('extensionWindow'), find: townWindows },
    { kind: 'pick', key: 'staff', label: t('extensionStaff'), find: findStaff, multiple: true },
  ],
  run: (values, key) => admin.openExtension({ item_slug: picked(values.item_slug)[0] ?? '', town_id: picked(values.town_id)[0] ?? '', window_id: picked(values.window_id)[0] ?? '', staff: picked(values.staff), materials: [] }, key),
})
/** Another window, other people; the materials taken in there stay as they are. */
export const editExtension = (extension: Extension, name: string): DialogSpec => ({
  title: t('extensionEditTitle', { name }), submit: t('extensionEditSubmit'), done: t('extensionEditDone'),
  fields: [
    { kind: 'pick', key: 'window_id', label: t('extensionWindow'), find: townWindows, value: !extension.window.id ? [] : [{ value: extension.window.id, label: `${extension.window.number}（${extension.window.hall}）` }] },
    { kind: 'pick', key: 'staff', label: t('extensionStaff'), find: findStaff, multiple: true, value: extension.staff.map((one) => ({ value: one.id, label: one.name })) },
  ],
  run: (values) => admin.saveExtension(extension.id, { version: extension.version, window_id: picked(values.window_id)[0] ?? '', staff: picked(values.staff), materials: extension.materials }),
})
export const closeExtension = (extension: Extension, name: string): DialogSpec => ({
  title: t('extensionCloseTitle', { name }), text: t('extensionCloseText'), fields: [reason], submit: t('extensionCloseSubmit'), cancel: t('extensionKeep'), danger: true, done: t('extensionCloseDone'),
  run: (values) => admin.closeExtension(extension.id, { version: extension.version, reason: String(values.reason) }),
})
