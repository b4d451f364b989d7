/** The form of a system's link as fields, and its answers as the link. */
import type { LinkDraft, LinkRole, LinkView } from '@tongban/api'
import { links as t } from '../../../messages/recognition.ts'
import { picked, type DialogField, type DialogValues } from '../../../parts/dialog.ts'

const yes = (on: boolean | undefined) => (on ? 'yes' : 'no')

export function linkGroups(view: LinkView): { title: string; fields: DialogField[] }[] {
  const now = view.link
  const address = (key: keyof LinkDraft & string, label: string, hint: string, optional = true): DialogField => ({ kind: 'text', key, label, hint, optional, value: String(now?.[key] ?? '') })
  const either = (key: string, label: string, on: boolean | undefined, words: [string, string]): DialogField => ({ kind: 'radio', key, label, value: yes(on), options: [{ value: 'yes', label: words[0] }, { value: 'no', label: words[1] }] })
  return [
    { title: t('who'), fields: [
      { kind: 'select', key: 'role', label: t('role'), value: now?.role ?? 'department', options: view.roles.map((role) => ({ value: role.key, label: role.label })) },
      { kind: 'text', key: 'our_id', label: t('ourId'), hint: t('ourIdHint'), value: now?.our_id },
      { kind: 'checks', key: 'for_portal', label: t('audience'), value: [...(now?.for_portal ?? true ? ['portal'] : []), ...(now?.for_desk ? ['desk'] : [])], options: [{ value: 'portal', label: t('portal') }, { value: 'desk', label: t('desk') }] },
    ] },
    { title: t('addresses'), fields: [address('entry_url', t('entry'), t('entryHint'), false), address('bind_url', t('bind'), t('bindHint')), address('redeem_url', t('redeem'), t('redeemHint')), address('sync_url', t('sync'), t('syncHint')), address('push_url', t('push'), t('pushHint'))] },
    { title: t('rules'), fields: [
      either('trusted', t('trusted'), now?.trusted, [t('trustedYes'), t('trustedNo')]),
      either('creates', t('creates'), now?.creates, [t('createsYes'), t('createsNo')]),
      either('bind_network', t('network'), now?.bind_network, [t('networkYes'), t('networkNo')]),
      either('enabled', t('state'), now?.enabled ?? true, [t('on'), t('off')]),
    ] },
  ]
}

export function linkOf(values: DialogValues): LinkDraft {
  const text = (key: string) => String(values[key] ?? '').trim()
  const on = (key: string) => values[key] === 'yes'
  const who = picked(values.for_portal)
  return {
    role: text('role') as LinkRole, our_id: text('our_id'), for_portal: who.includes('portal'), for_desk: who.includes('desk'), entry_url: text('entry_url'), bind_url: text('bind_url'), redeem_url: text('redeem_url'), sync_url: text('sync_url'), push_url: text('push_url'),
    trusted: on('trusted'), creates: on('creates'), bind_network: on('bind_network'), enabled: on('enabled'),
  }
}
