import { locale } from './i18n.ts'

/** Dates as a clerk says them. The platform's day is the China day (+08:00), wherever the reader sits. */
const HOUR = 3_600_000
const WEEKDAYS = '日一二三四五六'

interface Parts { year: number; month: number; day: number; weekday: number; time: string }

function parts(value: string): Parts {
  const plain = /^\d{4}-\d{2}-\d{2}$/.test(value)
  const at = new Date(plain ? `${value}T00:00:00Z` : Date.parse(value) + 8 * HOUR)
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    weekday: at.getUTCDay(),
    time: at.toISOString().slice(11, 16),
  }
}

/** Today's China date, `YYYY-MM-DD`. */
export function today(now: number = Date.now()): string {
  return new Date(now + 8 * HOUR).toISOString().slice(0, 10)
}

/** The China date of a moment, `YYYY-MM-DD`. */
export function dateOf(value: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : today(Date.parse(value))
}

export function weekday(value: string): string {
  return WEEKDAYS[parts(value).weekday] ?? ''
}

/** 9月29日, with the year only when it isn't this year; `weekday` adds （周二）. */
export function formatDay(value: string, options: { weekday?: boolean } = {}): string {
  const p = parts(value)
  const otherYear = p.year !== Number(today().slice(0, 4))
  if (locale.value === 'en') {
    return new Intl.DateTimeFormat('en-GB', {
      day: 'numeric', month: 'short', timeZone: 'UTC',
      ...(otherYear ? { year: 'numeric' as const } : {}),
      ...(options.weekday ? { weekday: 'short' as const } : {}),
    }).format(new Date(Date.UTC(p.year, p.month - 1, p.day)))
  }
  const day = `${otherYear ? `${p.year}年` : ''}${p.month}月${p.day}日`
  return options.weekday ? `${day}（周${WEEKDAYS[p.weekday]}）` : day
}

/** 9月21日 09:40 */
export function formatMoment(value: string): string {
  return `${formatDay(value)} ${parts(value).time}`
}

/** 09:40 */
export function formatTime(value: string): string {
  return parts(value).time
}

/** 3.2 MB, 640 KB */
export function formatSize(bytes: number): string {
  return bytes >= 1_048_576 ? `${(bytes / 1_048_576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`
}

/** 1,284 */
export function formatCount(n: number): string {
  return n.toLocaleString('en-US')
}
