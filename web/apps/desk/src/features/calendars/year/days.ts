/** Pure sums of a calendar year: months for the view, groups for the lists, lines for the import. */
import type { CalendarYear } from '@tongban/api'

export type DayKind = 'working' | 'weekend' | 'holiday' | 'make_up'
export interface Day { date: string; day: number; kind: DayKind; name: string }
export interface Month { month: number; lead: number; days: Day[]; working: number }
type Plan = Pick<CalendarYear, 'year' | 'holidays' | 'make_up'>

const at = (date: string) => new Date(`${date}T00:00:00Z`)
const iso = (date: Date) => date.toISOString().slice(0, 10)
export const shift = (date: string, days: number) => iso(new Date(at(date).getTime() + days * 86_400_000))

export function monthsOf(plan: Plan): Month[] {
  const holidays = new Map(plan.holidays.map((each) => [each.date, each.name]))
  const makeUp = new Map(plan.make_up.map((each) => [each.date, each.for]))
  return Array.from({ length: 12 }, (_, i) => {
    const days: Day[] = []
    for (let date = `${plan.year}-${String(i + 1).padStart(2, '0')}-01`; Number(date.slice(5, 7)) === i + 1; date = shift(date, 1)) {
      const weekday = at(date).getUTCDay()
      const kind: DayKind = makeUp.has(date) ? 'make_up' : holidays.has(date) ? 'holiday' : weekday === 0 || weekday === 6 ? 'weekend' : 'working'
      days.push({ date, day: Number(date.slice(8)), kind, name: makeUp.get(date) ?? holidays.get(date) ?? '' })
    }
    // Weeks begin on Monday, as on every Chinese office calendar.
    return { month: i + 1, lead: (at(days[0]?.date ?? '').getUTCDay() + 6) % 7, days, working: days.filter((day) => day.kind === 'working' || day.kind === 'make_up').length }
  })
}

export interface Stretch { from: string; to: string; name: string; days: number }

/** Neighbouring days with one name become one line: 国庆节 10月1日至7日. */
export function stretches(list: readonly { date: string; name: string }[]): Stretch[] {
  const found: Stretch[] = []
  for (const each of [...list].sort((a, b) => a.date.localeCompare(b.date))) {
    const last = found.at(-1)
    if (last && last.name === each.name && shift(last.to, 1) === each.date) {
      last.to = each.date
      last.days++
    } else {
      found.push({ from: each.date, to: each.date, name: each.name, days: 1 })
    }
  }
  return found
}

export function datesBetween(from: string, to: string): string[] {
  const dates: string[] = []
  for (let date = from; date <= to && dates.length < 366; date = shift(date, 1)) dates.push(date)
  return dates
}

export type ImportFault = { line: number; text: string; why: 'unreadable' | 'other_year' }
export interface Imported { holidays: { date: string; name: string }[]; make_up: { date: string; for: string }[]; lines: number; faults: ImportFault[] }

/** Reads lines such as `2026-10-01至2026-10-07 国庆节` and `2026-10-10 上班 国庆节`. */
export function readPlan(text: string, year: number): Imported {
  const out: Imported = { holidays: [], make_up: [], lines: 0, faults: [] }
  text.split('\n').forEach((raw, i) => {
    const line = raw.trim()
    if (!line) return
    const found = /^(\d{4}-\d{2}-\d{2})(?:\s*(?:至|到|~|—|－)\s*(\d{4}-\d{2}-\d{2}))?\s*(上班|班)?\s*[,，]?\s*(\S.*)$/.exec(line)
    const from = found?.[1] ?? ''
    const to = found?.[2] ?? from
    const name = found?.[4] ?? ''
    if (!found || Number.isNaN(at(from).getTime()) || Number.isNaN(at(to).getTime()) || to < from || iso(at(from)) !== from) {
      out.faults.push({ line: i + 1, text: line, why: 'unreadable' })
      return
    }
    if (!from.startsWith(`${year}-`) || !to.startsWith(`${year}-`)) {
      out.faults.push({ line: i + 1, text: line, why: 'other_year' })
      return
    }
    out.lines++
    for (const date of datesBetween(from, to)) {
      if (found[3]) out.make_up.push({ date, for: name })
      else out.holidays.push({ date, name })
    }
  })
  return out
}
