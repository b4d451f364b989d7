/** What each card that fetches for itself shows: data, so that a new card is an entry here and one in the server's list. */
import { admin, desk, ways, type CaseRow } from '@tongban/api'
import { dateOf, formatCount, formatDay, weekday } from '@tongban/ui'
import type { RouteLocationRaw } from 'vue-router'
import { workbench as t } from '../../../../messages/index.ts'
import { shift } from '../../../calendars/year/days.ts'
import type { Line } from './FoundCard.vue'

interface Found<T> { fetch: () => Promise<T>; lines: (found: T) => Line[]; empty: string; total?: (found: T) => number; more: { to: RouteLocationRaw; text: string } }
const card = <T>(one: Found<T>): Found<unknown> => one as unknown as Found<unknown>
const SOME = 6

interface Plan { year: number; holidays: readonly { date: string }[]; make_up: readonly { date: string }[] }
/** Whether a day is worked; null when its year has no calendar. */
export function worked(date: string, plans: readonly Plan[]): boolean | null {
  const plan = plans.find((each) => each.year === Number(date.slice(0, 4)))
  if (!plan) return null
  if (plan.make_up.some((day) => day.date === date)) return true
  const day = new Date(`${date}T00:00:00Z`).getUTCDay()
  return day !== 0 && day !== 6 && !plan.holidays.some((each) => each.date === date)
}
/** The next day that is worked; null when the calendar ends before it. */
export function nextWorked(date: string, plans: readonly Plan[]): string | null {
  for (let next = shift(date, 1), n = 0; n < 31; next = shift(next, 1), n++) {
    const on = worked(next, plans)
    if (on === null) return null
    if (on) return next
  }
  return null
}
const dayText = (date: string) => `${formatDay(date)}（${t('weekday', { d: weekday(date) })}）`

const caseLine = (row: CaseRow): Line => ({ key: row.id, text: row.item_name, note: [row.applicant_name, row.state_label].filter(Boolean).join('　'), to: { name: 'case', params: { id: row.id } } })

export const FOUND = (): Record<string, Found<unknown>> => ({
  board: card({ fetch: () => desk.board(), empty: t('boardNone'), more: { to: { name: 'board' }, text: t('seeAll') }, lines: (columns) => columns.map((column) => ({ key: column.light, text: column.label, note: t('cases_n', { n: formatCount(column.count) }), to: { name: 'board', query: { light: column.light } } })) }),
  ratings: card({ fetch: () => desk.ratings({ limit: SOME }), empty: t('ratingsNone'), more: { to: { name: 'workbench' }, text: '' }, lines: (list) => list.items.map((one) => ({ key: one.id, text: `${one.label}　${one.item_name}`, note: one.text || formatDay(dateOf(one.rated_at)) })) }),
  items: card({ fetch: () => desk.adminItems({ limit: SOME }), empty: t('itemsNone'), more: { to: { name: 'catalogue' }, text: t('seeAll') }, lines: (list) => list.items.map((one) => ({ key: one.slug, text: one.name, note: one.state_label, to: { name: 'item', params: { slug: one.slug } } })) }),
  staff: card({ fetch: () => admin.staff({ limit: SOME }), empty: t('staffNone'), more: { to: { name: 'staff' }, text: t('seeAll') }, lines: (list) => list.items.map((one) => ({ key: one.id, text: one.name, note: one.org.name, to: { name: 'person', params: { id: one.id } } })) }),
  cross_region: card({ fetch: () => admin.crossRegion({ state: 'active', limit: SOME }), empty: t('crossNone'), more: { to: { name: 'crossRegion' }, text: t('seeAll') }, lines: (list) => list.items.map((one) => ({ key: one.id, text: `${one.staff.name}　${one.staff.org_name}`, note: t('untilDay', { day: formatDay(dateOf(one.until)) }) })) }),
  done: card({ fetch: () => desk.cases({ state: 'done', sort: 'submitted_at', limit: SOME }), empty: t('doneNone'), more: { to: { name: 'cases', query: { tab: 'done' } }, text: t('seeAll') }, total: (list) => list.total, lines: (list) => list.items.map(caseLine) }),
  online: card({ fetch: () => desk.cases({ state: 'submitted', limit: SOME }), empty: t('onlineNone'), more: { to: { name: 'cases', query: { tab: 'open', state: 'submitted' } }, text: t('seeAll') }, total: (list) => list.total, lines: (list) => list.items.map(caseLine) }),
  corrections: card({ fetch: () => desk.cases({ state: 'correction_back', limit: SOME }), empty: t('correctionsNone'), more: { to: { name: 'cases', query: { tab: 'open', state: 'correction_back' } }, text: t('seeAll') }, total: (list) => list.total, lines: (list) => list.items.map(caseLine) }),
  instant: card({ fetch: () => desk.cases({ light: 'instant_late', limit: SOME }), empty: t('instantNone'), more: { to: { name: 'cases', query: { tab: 'all', light: 'instant_late' } }, text: t('seeAll') }, total: (list) => list.total, lines: (list) => list.items.map(caseLine) }),
  tolerance: card({ fetch: () => ways.tolerances({ limit: SOME }), empty: t('toleranceNone'), more: { to: { name: 'tolerances' }, text: t('seeAll') }, total: (list) => list.total, lines: (list) => list.items.map((row) => ({ key: `${row.case_id}${row.key}`, text: row.name, note: [row.applicant_name, row.due_on ?? ''].filter(Boolean).join('　'), to: { name: 'case', params: { id: row.case_id } } })) }),
  calendar: card({
    fetch: () => desk.calendars(), empty: t('calendarNone'), more: { to: { name: 'calendars' }, text: t('seeAll') },
    lines: (plans) => {
      const today = dateOf(new Date().toISOString())
      const on = worked(today, plans)
      const next = nextWorked(today, plans)
      return [{ key: 'today', text: dayText(today), note: on === null ? t('dayUnknown') : t(on ? 'dayWorked' : 'dayOff') }, { key: 'next', text: t('nextWorked'), note: next ? dayText(next) : t('dayUnknown') }]
    },
  }),
})
