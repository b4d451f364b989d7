/** What people do about a dispatched case: send it again now, or handle it here. */
import { exchange, type CaseDispatch } from '@tongban/api'
import { dispatch as t } from '../../../messages/exchange.ts'
import type { DialogSpec } from '../../../parts/dialog.ts'

export const LOOKS = { waiting: 'paused', sent: 'doing', answered: 'doing', done: 'ok', returned: 'warn', cancelled: 'off' } as const

export function retry(one: CaseDispatch): DialogSpec {
  return {
    title: t('retryTitle'), text: t('retryText', { system: one.system_name, reason: one.reason ?? one.state_label }), fields: [], submit: t('retrySubmit'), done: t('retried'),
    run: () => exchange.retryDispatch(one.case_id, one.version),
  }
}

/** Files named by address that are not there yet. */
export function fetchAgain(id: string): DialogSpec {
  return { title: t('fetchTitle'), text: t('fetchText'), fields: [], submit: t('fetch'), done: t('fetching'), run: () => exchange.fetchFiles(id) }
}

/** The other system was told of the end by other means. */
export function settle(one: CaseDispatch): DialogSpec {
  return {
    title: t('settleTitle'), text: t('settleText', { system: one.system_name }), submit: t('settleSubmit'), done: t('settled'),
    fields: [{ kind: 'textarea', key: 'reason', label: t('settleReason'), hint: t('settleHint') }],
    run: (values) => exchange.settleDispatch(one.case_id, one.version, String(values.reason ?? '').trim()),
  }
}

export function takeOver(one: CaseDispatch): DialogSpec {
  return {
    title: t('takeOverTitle'), text: t('takeOverText', { system: one.system_name }), submit: t('takeOverSubmit'), cancel: t('keep'), done: t('takenOver'), danger: true,
    fields: [{ kind: 'textarea', key: 'reason', label: t('takeOverReason'), hint: t('takeOverHint') }],
    run: (values) => exchange.takeDispatchOver(one.case_id, one.version, String(values.reason ?? '').trim()),
  }
}
