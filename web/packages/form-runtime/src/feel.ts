import { date as feelDate, dateAndTime, evaluate as run, time as feelTime } from 'feelin'
import { realDay } from './codes.ts'
import { namesIn } from './plan.ts'

/**
 * FEEL in the browser, for comfort while typing. The server evaluates everything again and decides.
 * Results are remembered per expression and the values it names: a form asks the same hundred questions
 * after every key stroke, and only a few answers can have changed.
 */
const KEPT = 64

interface Remembered { names: string[]; results: Map<string, unknown> }
const memory = new Map<string, Remembered>()

/** The value of `expression`, or null when it can't be computed. */
export function feel(expression: string, context: Record<string, unknown>): unknown {
  let known = memory.get(expression)
  if (!known) {
    known = { names: namesIn(expression), results: new Map() }
    memory.set(expression, known)
  }
  const key = JSON.stringify(known.names.map(name => context[name] ?? null))
  if (known.results.has(key)) return known.results.get(key)
  if (known.results.size >= KEPT) known.results.clear()
  let value: unknown = null
  try {
    value = run(expression, context).value
  } catch {
    value = null
  }
  known.results.set(key, value)
  return value
}

export function holds(expression: string, context: Record<string, unknown>): boolean {
  return feel(expression, context) === true
}

/** A FEEL date for `YYYY-MM-DD`; null for anything else. */
export function toDate(text: unknown): unknown {
  if (typeof text !== 'string' || !realDay(text)) return null
  return feelDate(text)
}

/** A FEEL time for `HH:MM`. */
export function toTime(text: string): unknown {
  return feelTime(`${text}:00`)
}

/** A FEEL date and time for `YYYY-MM-DDTHH:MM`; null for anything else. */
export function toMoment(text: string): unknown {
  const [day = '', time = ''] = text.split('T')
  return realDay(day) && /^([01]\d|2[0-3]):[0-5]\d$/.test(time) ? dateAndTime(`${text}:00`) : null
}

/** A plain value for what FEEL gave: dates become text again. */
export function fromFeel(value: unknown): unknown {
  if (value && typeof value === 'object' && 'iso' in value) return String(value.iso)
  return Array.isArray(value) ? value.map(fromFeel) : value
}
