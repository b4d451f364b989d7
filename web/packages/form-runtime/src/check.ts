import { formatDay } from '@tongban/ui'
import { bareNumber, emailFault, idNumberFault, phoneFault, realDay, usccFault } from './codes.ts'
import { t } from './messages/index.ts'
import type { FormField } from './schema.ts'

/** Checks of one value by its type: same order, codes and words as the server's engine. */
export interface Fault { code: string; message: string }

/** Longest text where the form sets no length. */
const LONGEST = 10_000

const fault = (code: string, message: string): Fault => ({ code, message })
const formal = (message: string | null): Fault | null => (message ? fault('format', message) : null)

export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (typeof value === 'string') return value.trim() === ''
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

const CHOSEN = ['select', 'radio', 'checkboxes', 'yesno', 'date', 'region']

export function missing(field: FormField): Fault {
  return fault('required', t(CHOSEN.includes(field.type) ? 'choose' : 'fill', { label: field.label }))
}

const DECIMAL = /^-?\d{1,18}(\.\d{1,18})?$/

/** The number in a JSON number or decimal string; null when it is none. */
export function toNumber(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  return DECIMAL.test(text) ? Number(text) : null
}

/** Decimals a number is written with, trailing zeros apart. */
function places(value: unknown): number {
  return (String(value).trim().split('.')[1] ?? '').replace(/0+$/, '').length
}

/** Fen as yuan: 120050 is 1200.50, 120000 is 1200. */
function yuan(fen: number): string {
  return fen % 100 === 0 ? String(fen / 100) : (fen / 100).toFixed(2)
}

function range(field: FormField, n: number, unit: string, show: (n: number) => string): Fault | null {
  const least = toNumber(field.min)
  const most = toNumber(field.max)
  const below = least !== null && n < least
  const above = most !== null && n > most
  if (!below && !above) return null
  const say = (x: number | null) => show(x ?? 0)
  const label = field.label
  const message = least !== null && most !== null
    ? t('between', { label, least: say(least), most: say(most), unit })
    : below ? t('min', { label, n: say(least), unit }) : t('max', { label, n: say(most), unit })
  return fault('range', message.trimEnd())
}

function text(field: FormField, value: string): Fault | null {
  const label = field.label
  const length = [...value].length
  const longest = field.maxLength ?? LONGEST
  if (length > longest) return fault('length', t('shorter', { label, n: longest, had: length }))
  if (field.minLength !== undefined && length < field.minLength) return fault('length', t('longer', { label, n: field.minLength, had: length }))
  if (field.pattern && !new RegExp(`^(?:${field.pattern})$`, 'u').test(value)) {
    return fault('pattern', t('pattern', { label }) + (field.example ? t('patternExample', { example: field.example }) : ''))
  }
  return null
}

function day(field: FormField, value: string, today: string): Fault | null {
  const label = field.label
  if (!realDay(value)) return fault('format', t('date', { label }))
  const bound = (b: number | string | undefined) => (b === 'today' ? today : typeof b === 'string' && realDay(b) ? b : null)
  const said = (limit: string) => (limit === today ? t('todayIs', { day: `${Number(limit.slice(5, 7))}月${Number(limit.slice(8))}日` }) : formatDay(limit))
  const least = bound(field.min)
  const most = bound(field.max)
  if (least && value < least) return fault('range', t('notBefore', { label, day: said(least) }))
  if (most && value > most) return fault('range', t('notAfter', { label, day: said(most) }))
  return null
}

/** The first thing wrong with a filled value, or null. */
export function check(field: FormField, value: unknown, today: string): Fault | null {
  const label = field.label
  const known = (v: unknown) => (field.options ?? []).some(o => o.value === v)
  switch (field.type) {
    case 'note':
    case 'group':
    case 'table':
      return null
    case 'yesno':
      return typeof value === 'boolean' ? null : fault('type', t('unreadable', { label }))
    case 'number': {
      const n = toNumber(value)
      if (n === null) return fault('type', t('number', { label }))
      if (field.decimals === 0 && places(value) > 0) return fault('decimals', t('whole', { label }))
      if (field.decimals !== undefined && places(value) > field.decimals) return fault('decimals', t('decimals', { label, n: field.decimals }))
      return range(field, n, field.unit ? ` ${field.unit}` : ' ', String)
    }
    case 'money': {
      const n = toNumber(value)
      if (n === null || !Number.isSafeInteger(n)) return fault('type', t('money', { label }))
      return range(field, n, ' 元', yuan)
    }
    case 'checkboxes':
      if (!Array.isArray(value)) return fault('type', t('unreadable', { label }))
      return value.every(known) ? null : fault('option', t('option', { label }))
    default: {
      if (typeof value !== 'string') return fault('type', t('unreadable', { label }))
      const typed = value.trim()
      switch (field.type) {
        case 'date': return day(field, typed, today)
        case 'select':
        case 'radio': return known(typed) ? null : fault('option', t('option', { label }))
        case 'phone': return formal(phoneFault(label, bareNumber(typed))) ?? text(field, typed)
        case 'id_number': return formal(idNumberFault(label, typed, today)) ?? text(field, typed)
        case 'uscc': return formal(usccFault(label, typed.toUpperCase())) ?? text(field, typed)
        case 'email': return formal(emailFault(label, typed)) ?? text(field, typed)
        case 'region': return /^(?!00)\d{12}$/.test(typed) ? null : fault('format', t('choose', { label }))
        default: return text(field, typed)
      }
    }
  }
}

/** Faults after which expressions no longer see the value: it can't be read as what it should be. */
export function hidesValue(found: Fault | null): boolean {
  return found !== null && ['type', 'format', 'option'].includes(found.code)
}
