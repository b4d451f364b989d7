/** A policy in one sentence, and the form that makes one. */
import { admin, type Policy, type PolicyBody, type Terminal } from '@tongban/api'
import { access as t } from '../../../messages/identity.ts'
import { picked, type Choice, type DialogSpec, type DialogValues } from '../../../parts/dialog.ts'
import { findStaff } from '../find.ts'

export const TERMINALS = ['desktop', 'mobile', 'kiosk'] as const
const KINDS = ['user', 'role', 'area'] as const
type Words = Pick<Policy, 'terminals' | 'networks' | 'idle_minutes' | 'max_sessions' | 'requests_per_minute'>

export const terminalName = (key: string) => ((TERMINALS as readonly string[]).includes(key) ? t(`terminal_${key}` as Parameters<typeof t>[0]) : key)

/** Only what the policy limits is said. */
export function saysPolicy(policy: Words): string {
  return [
    policy.terminals.length ? `${t('terminals')}：${policy.terminals.map(terminalName).join('、')}` : '',
    policy.networks.length ? `${t('networks')}：${policy.networks.join('、')}` : '',
    policy.idle_minutes ? `${t('idle')}：${t('minutes', { n: policy.idle_minutes })}` : '',
    policy.max_sessions ? `${t('sessionsMax')}：${t('places', { n: policy.max_sessions })}` : '',
    policy.requests_per_minute ? `${t('quota')}：${t('times', { n: policy.requests_per_minute })}` : '',
  ].filter(Boolean).join('；') || t('any')
}

/** Lines or commas between the networks, as people paste them. */
export function networksOf(text: string): string[] {
  return text.split(/[\s,，；;]+/).filter(Boolean)
}

export function bodyOf(values: DialogValues): PolicyBody {
  const kind = String(values.subject_kind) as PolicyBody['subject_kind']
  const number = (key: string) => (typeof values[key] === 'number' ? values[key] : null)
  return {
    name: String(values.name).trim(), subject_kind: kind, subject: kind === 'user' ? (picked(values.user)[0] ?? '') : String(values[kind] ?? '').trim(), terminals: picked(values.terminals) as Terminal[],
    networks: networksOf(String(values.networks ?? '')), idle_minutes: number('idle_minutes'), max_sessions: number('max_sessions'), requests_per_minute: number('requests_per_minute'), enabled: values.enabled === 'on',
  }
}

export function policyForm(policy: Policy | null, roles: readonly Choice[]): DialogSpec {
  const subject = (kind: string) => (policy?.subject_kind === kind ? policy.subject : '')
  return {
    title: policy ? t('editTitle', { name: policy.name }) : t('newTitle'), submit: t('submit'), done: t('saved'),
    fields: [
      { kind: 'text', key: 'name', label: t('name'), value: policy?.name },
      { kind: 'radio', key: 'subject_kind', label: t('kind'), value: policy?.subject_kind ?? 'role', options: KINDS.map((kind) => ({ value: kind, label: t(`kind_${kind}`) })) },
      { kind: 'pick', key: 'user', label: t('person'), find: findStaff, when: (v) => v.subject_kind === 'user', value: subject('user') ? [{ value: subject('user'), label: policy?.subject_label ?? '' }] : [] },
      { kind: 'select', key: 'role', label: t('role'), options: [...roles], when: (v) => v.subject_kind === 'role', value: subject('role') },
      { kind: 'text', key: 'area', label: t('area'), hint: t('areaHint'), when: (v) => v.subject_kind === 'area', value: subject('area') },
      { kind: 'checks', key: 'terminals', label: t('terminalsField'), hint: t('terminalsHint'), optional: true, value: policy?.terminals, options: TERMINALS.map((key) => ({ value: key, label: t(`terminal_${key}`) })) },
      { kind: 'textarea', key: 'networks', label: t('networksField'), hint: t('networksHint'), optional: true, value: policy?.networks.join('\n') },
      { kind: 'number', key: 'idle_minutes', label: t('idleField'), optional: true, min: 1, max: 720, value: policy?.idle_minutes ?? undefined },
      { kind: 'number', key: 'max_sessions', label: t('sessionsField'), optional: true, min: 1, max: 100, value: policy?.max_sessions ?? undefined },
      { kind: 'number', key: 'requests_per_minute', label: t('quotaField'), optional: true, min: 1, max: 100_000, value: policy?.requests_per_minute ?? undefined },
      { kind: 'radio', key: 'enabled', label: t('enabledField'), value: policy && !policy.enabled ? 'off' : 'on', options: [{ value: 'on', label: t('on') }, { value: 'off', label: t('off') }] },
    ],
    run: (values, key) => (policy ? admin.savePolicy(policy.id, { ...bodyOf(values), version: policy.version }) : admin.createPolicy(bodyOf(values), key)),
  }
}
