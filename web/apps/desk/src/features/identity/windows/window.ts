/** A window as a form, and what can be done with one. */
import { admin, type AdminWindow, type WindowBody } from '@tongban/api'
import { windows as t } from '../../../messages/identity.ts'
import { picked, type DialogField, type DialogSpec, type DialogValues } from '../../../parts/dialog.ts'
import { findItems, findOrgs, findStaff } from '../find.ts'

export const CLASSES = ['general', 'construction', 'enterprise', 'social', 'business_registration', 'investment', 'real_estate', 'social_security', 'tax', 'housing_fund', 'transport'] as const
const KINDS = ['handle', 'guide', 'delivery', 'feedback'] as const
export const kindName = (key: string): string => ((KINDS as readonly string[]).includes(key) ? t(`kind_${key}` as Parameters<typeof t>[0]) : key)
const named = (one: { id: string; name: string }) => ({ value: one.id, label: one.name })

/** What a window is, whom it serves, who sits there. A new one may take over hall and region of another. */
export function windowGroups(one: AdminWindow | null, names: ReadonlyMap<string, string>): { title: string; hint?: string; fields: DialogField[] }[] {
  return [
    { title: t('what'), fields: [
      { kind: 'text', key: 'number', label: t('number'), hint: t('numberHint'), value: one?.number }, { kind: 'text', key: 'name', label: t('name'), placeholder: t('nameHint'), value: one?.name },
      { kind: 'radio', key: 'kind', label: t('kind'), value: one?.kind ?? 'handle', options: KINDS.map((kind) => ({ value: kind, label: t(`kind_${kind}`) })) },
      { kind: 'select', key: 'class', label: t('class'), hint: t('classHint'), optional: true, value: one?.class ?? '', when: (values) => values.kind === 'handle', options: CLASSES.map((each) => ({ value: each, label: t(`class_${each}`) })) },
      { kind: 'text', key: 'hall_name', label: t('hallName'), value: one?.hall_name }, { kind: 'text', key: 'hall_key', label: t('hallKey'), hint: t('hallKeyHint'), value: one?.hall_key },
      { kind: 'pick', key: 'org_id', label: t('orgField'), find: findOrgs, value: one ? [named(one.org)] : [] }, { kind: 'text', key: 'region', label: t('region'), hint: t('regionHint'), value: one?.region },
    ] },
    { title: t('serves'), hint: t('servesText'), fields: [
      { kind: 'pick', key: 'items', label: t('itemsField'), hint: t('itemsHint'), optional: true, multiple: true, find: findItems, value: (one?.items ?? []).map((slug) => ({ value: slug, label: names.get(slug) ?? slug })) },
      { kind: 'pick', key: 'orgs', label: t('orgsField'), hint: t('orgsHint'), optional: true, multiple: true, find: findOrgs, value: (one?.orgs ?? []).map(named) },
      { kind: 'pick', key: 'staff', label: t('staffField'), optional: true, multiple: true, find: findStaff, value: (one?.staff ?? []).map(named) },
    ] },
  ]
}

export function windowBody(values: DialogValues, version: number): WindowBody {
  const text = (key: string) => String(values[key] ?? '').trim()
  return {
    version, number: text('number'), name: text('name'), kind: text('kind'), class: text('kind') === 'handle' ? text('class') : '', hall_name: text('hall_name'), hall_key: text('hall_key'), region: text('region'),
    org_id: picked(values.org_id)[0] ?? '', items: picked(values.items), orgs: picked(values.orgs), staff: picked(values.staff),
  }
}

export const removeWindow = (one: AdminWindow): DialogSpec => ({
  title: t('removeTitle', { name: t('named', { number: one.number, name: one.name }) }), text: t('removeText', { n: one.staff.length }), fields: [], submit: t('removeSubmit'), cancel: t('keep'), danger: true, done: t('removed'), run: () => admin.removeWindow(one.id, one.version),
})
