/** The sign-on settings of one connected system: how they stand, their form, their end. */
import { exchange, type SignOnChange, type SignOnClient } from '@tongban/api'
import { signOn as t } from '../../../messages/exchange.ts'
import type { DialogField, DialogSpec, DialogValues } from '../../../parts/dialog.ts'

/** `blocked`: set up, but the system is off or not granted sign-on, so nobody gets in. */
export function standing(client: Pick<SignOnClient, 'sign_on' | 'enabled' | 'granted'>): 'on' | 'blocked' | 'off' {
  if (!client.sign_on) return 'off'
  return client.enabled && client.granted ? 'on' : 'blocked'
}

export function clientGroups(one: SignOnClient): { title: string; hint?: string; fields: DialogField[] }[] {
  const yes = (key: string, label: string, on: boolean, hint?: string): DialogField => ({ kind: 'radio', key, label, value: on ? 'yes' : 'no', options: [{ value: 'yes', label: t('yes'), ...(hint ? { hint } : {}) }, { value: 'no', label: t('no') }] })
  return [
    { title: t('basic'), fields: [
      { kind: 'radio', key: 'audience', label: t('audienceField'), value: one.audience, options: [{ value: 'portal', label: t('portal') }, { value: 'desk', label: t('desk') }] },
      { ...yes('sign_on', t('signOnField'), one.version === 0 || one.sign_on), hint: one.redirect_uris.length ? t('redirects', { uris: one.redirect_uris.join('、') }) : t('noRedirects') },
      { ...yes('skip_consent', t('skipField'), one.skip_consent), hint: t('skipHint') },
      { kind: 'textarea', key: 'logout_uris', label: t('logoutUris'), hint: t('logoutHint'), optional: true, value: one.logout_uris.join('\n') },
    ] },
    { title: t('shown'), hint: t('shownHint'), fields: [
      yes('listed', t('listedField'), one.listed), { kind: 'text', key: 'start_url', label: t('startUrl'), hint: t('startHint'), optional: true, value: one.start_url },
      { kind: 'text', key: 'summary', label: t('summary'), optional: true, value: one.summary }, { kind: 'textarea', key: 'notice', label: t('notice'), hint: t('noticeHint'), optional: true, value: one.notice },
    ] },
  ]
}

export function clientBody(values: DialogValues, version: number): SignOnChange {
  const text = (key: string) => String(values[key] ?? '').trim()
  return {
    version, audience: text('audience'), sign_on: values.sign_on === 'yes', skip_consent: values.skip_consent === 'yes', listed: values.listed === 'yes',
    logout_uris: text('logout_uris').split(/\s+/).filter(Boolean), start_url: text('start_url'), summary: text('summary'), notice: text('notice'),
  }
}

/** Ends or resumes signing on; everything else stays as it is set. */
export function switchClient(one: SignOnClient, on: boolean): DialogSpec {
  const { audience, skip_consent, listed, logout_uris, start_url, summary, notice, version } = one
  const word = on ? 'resume' : 'end'
  return {
    title: t(`${word}Title`, { name: one.name }), text: t(`${word}Text`), fields: [], submit: t(`${word}Submit`), ...(on ? {} : { cancel: t('keep'), danger: true }), done: t(`${word}Done`),
    run: () => exchange.saveClient(one.app_id, { audience, skip_consent, listed: on && listed, logout_uris, start_url, summary, notice, version, sign_on: on }),
  }
}
