/** The list's conditions: read from and written to the address, said as chips, sent to the server. */
import type { CaseFilters } from '@tongban/api'
import { formatDay } from '@tongban/ui'
import { cases as t } from '../../../messages/index.ts'

export const TABS = ['open', 'overdue', 'today', 'paused', 'done', 'all'] as const
export type Tab = (typeof TABS)[number]
export const CHANNELS = ['web', 'mobile', 'window', 'terminal', 'wechat', 'cross_area', 'province', 'exchange'] as const
export const LIGHTS = ['overdue', 'today', 'warning', 'normal', 'paused', 'instant', 'instant_late'] as const
export const STATES = ['submitted', 'correction_back', 'pre_reviewed', 'correction', 'accepted', 'in_review', 'special', 'decided', 'closed', 'delivered', 'not_accepted', 'withdrawn', 'voided'] as const

export interface Conditions {
  tab: Tab; q: string; item: string; channel: string; from: string; to: string
  state: string; light: string; sort: 'time_left' | 'submitted_at'
  /** Closed years too; without it the list begins after the last closed year. */
  years?: 'all'
}
type Query = Record<string, unknown>

export function readConditions(query: Query): Conditions {
  const text = (key: string) => (typeof query[key] === 'string' ? (query[key] as string) : '')
  const tab = text('tab') as Tab
  return {
    tab: TABS.includes(tab) ? tab : 'open', q: text('q'), item: text('item'), channel: text('channel'), from: text('from'), to: text('to'),
    state: text('state'), light: text('light'), sort: text('sort') === 'submitted_at' ? 'submitted_at' : 'time_left',
    ...(text('years') === 'all' ? { years: 'all' as const } : {}),
  }
}

/** Only what differs from the beginning goes into the address. */
export function writeConditions(c: Conditions): Record<string, string> {
  const query: Record<string, string> = {}
  if (c.tab !== 'open') query.tab = c.tab
  for (const key of ['q', 'item', 'channel', 'from', 'to', 'state', 'light'] as const) if (c[key]) query[key] = c[key]
  if (c.sort !== 'time_left') query.sort = c.sort
  if (c.years) query.years = c.years
  return query
}

/** What the server is asked. What is chosen by hand is narrower than the tab and wins. */
export function toFilters(c: Conditions): CaseFilters {
  const filters: CaseFilters = { q: c.q, item: c.item, channel: c.channel, from: c.from, to: c.to, sort: c.sort }
  if (c.tab === 'open') filters.state = 'open'
  if (c.tab === 'done') filters.state = 'done'
  if (c.tab === 'overdue' || c.tab === 'today' || c.tab === 'paused') filters.light = c.tab
  if (c.state) filters.state = c.state
  if (c.light) filters.light = c.light as CaseFilters['light']
  if (c.years) filters.years = c.years
  return filters
}

export interface Chip { keys: (keyof Conditions)[]; text: string }

/** Chosen conditions in words; each can be taken away alone. */
export function chipsOf(c: Conditions, items: ReadonlyMap<string, string>): Chip[] {
  const chips: Chip[] = []
  if (c.q) chips.push({ keys: ['q'], text: `“${c.q}”` })
  if (c.item) chips.push({ keys: ['item'], text: items.get(c.item) ?? c.item })
  if (c.channel) chips.push({ keys: ['channel'], text: (CHANNELS as readonly string[]).includes(c.channel) ? t(`channel_${c.channel}` as Parameters<typeof t>[0]) : c.channel })
  if (c.from && c.to) chips.push({ keys: ['from', 'to'], text: t('chipDates', { from: formatDay(c.from), to: formatDay(c.to) }) })
  else if (c.from) chips.push({ keys: ['from'], text: t('chipFrom', { from: formatDay(c.from) }) })
  else if (c.to) chips.push({ keys: ['to'], text: t('chipTo', { to: formatDay(c.to) }) })
  if (c.state) chips.push({ keys: ['state'], text: t(`state_${c.state}` as Parameters<typeof t>[0]) })
  if (c.light) chips.push({ keys: ['light'], text: t(`light_${c.light}` as Parameters<typeof t>[0]) })
  return chips
}

/** Tabs that can be counted from the counts by state: in work, finished, all. */
export function tabCounts(counts: Readonly<Record<string, number>>): { open: number; done: number; all: number } {
  const open = ['submitted', 'pre_reviewed', 'correction', 'accepted', 'in_review', 'special', 'decided']
  let all = 0
  let working = 0
  for (const [state, count] of Object.entries(counts)) {
    all += count
    if (open.includes(state)) working += count
  }
  return { open: working, done: all - working, all }
}
