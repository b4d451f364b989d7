/** What can be done with the flows of a department, and how their limits are said. */
import { ownFlows, type OwnFlow, type OwnFlowLine } from '@tongban/api'
import { ownFlows as t } from '../../../messages/form-data.ts'
import type { DialogSpec } from '../../../parts/dialog.ts'

interface Limits { days: number | null; visits: number }
export const daysText = (row: Pick<Limits, 'days'>): string => (row.days === null ? t('noDays') : t('days', { n: row.days }))
export const visitsText = (row: Pick<Limits, 'visits'>): string => (row.visits === 0 ? t('visits0') : t('visits', { n: row.visits }))
export const limitsText = (row: Limits): string => `${daysText(row)}，${visitsText(row)}`
export const stateText = (own: OwnFlow): string => (own.state === 'published' ? t('state_published', { n: own.version ?? 1 }) : t(`state_${own.state}`))
export const markOf = (own: OwnFlow): 'ok' | 'off' | 'warn' => (own.state === 'disabled' ? 'off' : own.state === 'draft' || own.outdated ? 'warn' : 'ok')

export const begin = (row: OwnFlowLine, made: (id: string) => void): DialogSpec => ({
  title: t('beginTitle', { name: row.item_name }), text: `${t('beginText')}${t('beginRules', { days: daysText(row), visits: visitsText(row) })}`, fields: [], submit: t('beginSubmit'),
  run: async (_values, key) => made((await ownFlows.begin(row.item, key)).id),
})

export const switchOwn = (own: OwnFlow, on: boolean): DialogSpec => ({
  title: t(on ? 'enableTitle' : 'disableTitle'), text: t(on ? 'enableText' : 'disableText'), fields: on ? [] : [{ kind: 'textarea', key: 'reason', label: t('reason') }],
  submit: t(on ? 'enableSubmit' : 'disableSubmit'), ...(on ? {} : { cancel: t('disableKeep'), danger: true }), done: t(on ? 'enableDone' : 'disableDone'), run: (values) => (on ? ownFlows.enable(own.id) : ownFlows.disable(own.id, String(values.reason))),
})
