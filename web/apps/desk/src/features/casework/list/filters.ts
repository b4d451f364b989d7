/** The list's conditions: read from and written to the address, said as chips, sent to the server. */
import type { CaseFilters } from '@tongban/api'
import { formatDay } from '@tongban/ui'
import { cases as t } from '../../../messages/index.ts'

export const TABS = ['open', 'warning', 'overdue', 'paused', 'done', 'all'] as const
export type Tab = (typeof TABS)[number]
export const CHANNELS = ['web', 'mobile', 'window', 'terminal'] as const
export const STATES = ['submitted', 'pre_reviewed', 'correction', 'accepted', 'in_review', 'special', 'decided', 'closed', 'delivered', 'not_accepted', 'withdrawn', 'voided'] as const

export interface Conditions {
  tab: Tab; q: string; item: string; channel: string; from: string; to: string
  org: string; stage: string; state: string; mine: boolean; sort: 'time_left' | 'submitted_at'
}
type Query = Record<string, unknown>

export function readConditions(query: Query): Conditions {
  const text = (key: string) => (typeof query[key] === 'string' ? (query[key] as string) : '')
  const tab = text('tab') as Tab
  return {
    tab: TABS.includes(tab) ? tab : 'open', q: text('q'), item: text('item'), channel: text('channel'), from: text('from'), to: text('to'),
    org: text('org'), stage: text('stage'), state: text('state'), mine: text('mine') === '1', sort: text('sort') === 'submitted_at' ? 'submitted_at' : 'time_left',
  }
}

/** Only what differs from the beginning goes into the address. */
export function writeConditions(c: Conditions): Record<string, string> {
  const query: Record<string, string> = {}
  if (c.tab !== 'open') query.tab = c.tab
  for (const key of ['q', 'item', 'channel', 'from', 'to', 'org', 'stage', 'state'] as const) if (c[key]) query[key] = c[key]
  if (c.mine) query.mine = '1'
  if (c.sort !== 'time_left') query.sort = c.sort
  return query
}

/** What the server is asked. A state chosen by hand is narrower than the tab's and wins. */
export function toFilters(c: Conditions): CaseFilters {
  const filters: CaseFilters = { q: c.q, item: c.item, channel: c.channel, from: c.from, to: c.to, org: c.org, stage: c.stage, mine: c.mine, sort: c.sort }
  if (c.tab === 'open') filters.state = 'open'
  if (c.tab === 'done') filters.state = 'done'
  if (c.tab === 'warning' || c.tab === 'overdue' || c.tab === 'paused') filters.light = c.tab
  if (c.state) filters.state = c.state
  return filters
}

export interface Chip { keys: (keyof Conditions)[]; text: string }

/** Chosen conditions in words; each can be taken away alone. */
export function chipsOf(c: Conditions, names: { items: ReadonlyMap<string, string>; orgs: ReadonlyMap<string, string> }): Chip[] {
  const chips: Chip[] = []
  if (c.q) chips.push({ keys: ['q'], text: `“${c.q}”` })
  if (c.item) chips.push({ keys: ['item'], text: names.items.get(c.item) ?? c.item })
  if (c.channel) chips.push({ keys: ['channel'], text: (CHANNELS as readonly string[]).includes(c.channel) ? t(`channel_${c.channel}` as Parameters<typeof t>[0]) : c.channel })
  if (c.from && c.to) chips.push({ keys: ['from', 'to'], text: t('chipDates', { from: formatDay(c.from), to: formatDay(c.to) }) })
  else if (c.from) chips.push({ keys: ['from'], text: t('chipFrom', { from: formatDay(c.from) }) })
  else if (c.to) chips.push({ keys: ['to'], text: t('chipTo', { to: formatDay(c.to) }) })
  if (c.org) chips.push({ keys: ['org'], text: names.orgs.get(c.org) ?? c.org })
  if (c.stage) chips.push({ keys: ['stage'], text: t(`stage_${c.stage}` as Parameters<typeof t>[0]) })
  if (c.state) chips.push({ keys: ['state'], text: t(`state_${c.state}` as Parameters<typeof t>[0]) })
  if (c.mine) chips.push({ keys: ['mine'], text: t('mine') })
  return chips
}
