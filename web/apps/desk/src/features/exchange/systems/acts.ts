/** What can be done with one connected system: switch it, give and end secrets, set its grants. */
import { exchange, type ConnectedSystem, type SystemChoices, type SystemGrant, type SystemSecret } from '@tongban/api'
import { dateOf } from '@tongban/ui'
import { systems as t } from '../../../messages/exchange.ts'
import { common } from '../../../messages/index.ts'
import { picked, type Choice, type DialogField, type DialogSpec, type DialogValues } from '../../../parts/dialog.ts'
import { dayBegins, dayEnds } from '../../../parts/moments.ts'
import type { Secret } from '../../../parts/SecretOnce.vue'

export function switchSystem(system: ConnectedSystem, on: boolean): DialogSpec {
  const word = on ? 'enable' : 'disable'
  return {
    title: t(`${word}Title`, { name: system.name }), text: t(`${word}Text`), fields: [{ kind: 'textarea', key: 'reason', label: common('reason'), missing: common('reasonMissing') }],
    submit: t(`${word}Submit`), ...(on ? {} : { cancel: t('keep'), danger: true }), done: t(`${word}Done`), run: (values) => exchange.switchSystem(system.id, on, { version: system.version, reason: String(values.reason) }),
  }
}
export const addSecret = (system: ConnectedSystem, shown: (secret: Secret) => void): DialogSpec => ({
  title: t('secretAddTitle', { name: system.name }), text: t('secretAddText'), submit: t('secretSubmit'),
  fields: [{ kind: 'date', key: 'valid_from', label: t('secretFrom'), hint: t('secretFromHint'), optional: true }, { kind: 'date', key: 'valid_until', label: t('secretUntil'), hint: t('secretUntilHint'), optional: true }],
  run: async (values) => {
    const made = await exchange.addSecret(system.id, { ...(values.valid_from ? { valid_from: dayBegins(String(values.valid_from)) } : {}), ...(values.valid_until ? { valid_until: dayEnds(String(values.valid_until)) } : {}) })
    shown({ title: t('secretOnce', { name: system.name }), text: t('secretOnceText'), lines: [{ label: t('appId'), value: system.app_id }, { label: t('secretLabel'), value: made.secret }] })
  },
})
export const endSecret = (system: ConnectedSystem, secret: SystemSecret): DialogSpec => ({
  title: t('secretEndTitle', { hint: secret.hint }), text: t('secretEndText'), fields: [], submit: t('secretEndSubmit'), cancel: t('secretKeep'), danger: true, done: t('secretEndDone'), run: () => exchange.endSecret(system.id, secret.id, {}),
})

/** The form's answers as grants: only ticked interfaces, each with its own scope. */
export function grantsOf(values: DialogValues, choices: SystemChoices): SystemGrant[] {
  const ticked = picked(values.interfaces)
  return choices.interfaces.filter((each) => ticked.includes(each.key)).map((each) => {
    const until = String(values[`until:${each.key}`] ?? '')
    return {
      interface: each.key, items: each.by_item ? (values[`all:${each.key}`] === 'all' ? ['*'] : picked(values[`items:${each.key}`])) : [], fields: each.fields.length ? picked(values[`fields:${each.key}`]) : [],
      ...(until ? { valid_until: dayEnds(until) } : {}),
    }
  })
}
export function grant(system: ConnectedSystem, choices: SystemChoices, names: ReadonlyMap<string, string>, find: (q: string) => Promise<Choice[]>): DialogSpec {
  const held = (key: string) => system.grants.find((each) => each.interface === key)
  const fields: DialogField[] = [{ kind: 'checks', key: 'interfaces', label: t('interfaces'), optional: true, value: system.grants.map((each) => each.interface), options: choices.interfaces.map((each) => ({ value: each.key, label: each.label })) }]
  for (const each of choices.interfaces) {
    const now = held(each.key)
    const on = (values: DialogValues) => picked(values.interfaces).includes(each.key)
    if (each.by_item) {
      fields.push({ kind: 'radio', key: `all:${each.key}`, label: t('items', { name: each.label }), when: on, value: now?.items.includes('*') ? 'all' : 'some', options: [{ value: 'some', label: t('itemsSome') }, { value: 'all', label: t('itemsAll') }] })
      fields.push({ kind: 'pick', key: `items:${each.key}`, label: t('itemsSome'), multiple: true, find, when: (values) => on(values) && values[`all:${each.key}`] !== 'all', value: (now?.items ?? []).filter((slug) => slug !== '*').map((slug) => ({ value: slug, label: names.get(slug) ?? slug })) })
    }
    if (each.fields.length) fields.push({ kind: 'checks', key: `fields:${each.key}`, label: t('fields', { name: each.label }), when: on, value: now?.fields ?? [], options: each.fields.map((field) => ({ value: field.key, label: field.label })) })
    fields.push({ kind: 'date', key: `until:${each.key}`, label: t('validUntil', { name: each.label }), optional: true, when: on, value: now?.valid_until ? dateOf(now.valid_until) : '' })
  }
  return { title: t('grantsFormTitle', { name: system.name }), text: t('grantsFormText'), fields, submit: t('grantsSubmit'), done: t('grantsDone'), run: (values) => exchange.grantSystem(system.id, { version: system.version, grants: grantsOf(values, choices) }) }
}
