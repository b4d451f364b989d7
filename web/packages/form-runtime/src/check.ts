import { readEmail, readIdNumber, readPhone, readRegion, readUscc, realDay, type Read } from './codes.ts'
import { t } from './messages/index.ts'
import { canonical, digits, places, toNumber } from './numbers.ts'
import { toDate, toMoment, toTime } from './feel.ts'
import { isValueless } from './plan.ts'
import type { FormField, StoredFile } from './schema.ts'

/** Checks of one value by its type: same order, codes and words as the server's engine. */
export interface Fault { code: string; message: string }

/** Longest text where the form sets no length. */
const LONGEST = 10_000

const fault = (code: string, message: string): Fault => ({ code, message })

export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (typeof value === 'string') return value.trim() === ''
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

const CHOSEN = ['select', 'radio', 'checkboxes', 'yesno', 'date', 'time', 'datetime', 'region']
const FILES = ['file', 'image', 'signature']
/** Endings of a field that names none. */
export const ACCEPTED = { file: ['pdf', 'jpg', 'png'], image: ['jpg', 'png'], signature: ['png', 'jpg'] } as const
const MOST_FILES = 10

export function missing(field: FormField): Fault {
  return fault('required', t(CHOSEN.includes(field.type) ? 'choose' : field.type === 'signature' ? 'sign' : FILES.includes(field.type) ? 'attach' : 'fill', { label: field.label }))
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

function dayRange(field: FormField, value: string, today: string): Fault | null {
  const label = field.label
  const bound = (b: number | string | undefined) => (b === 'today' ? today : typeof b === 'string' && realDay(b) ? b : null)
  const said = (limit: string) => (limit === today ? t('todayIs', { day: `${Number(limit.slice(5, 7))}月${Number(limit.slice(8))}日` }) : `${limit.slice(0, 4)}年${Number(limit.slice(5, 7))}月${Number(limit.slice(8))}日`)
  const least = bound(field.min)
  const most = bound(field.max)
  if (least && value < least) return fault('range', t('notBefore', { label, day: said(least) }))
  if (most && value > most) return fault('range', t('notAfter', { label, day: said(most) }))
  return null
}

/** A value as it is stored, as expressions see it, and what is wrong with it. */
export interface Checked {
  /** Undefined: not filled in. A value that is wrong stays, so that the person sees it again. */
  data: unknown
  feel: unknown
  wrong: Fault | null
}

const right = (data: unknown, feel: unknown = data, wrong: Fault | null = null): Checked => ({ data, feel, wrong })
const spoilt = (data: unknown, code: string, message: string): Checked => ({ data, feel: null, wrong: fault(code, message) })

/** Checks the value of a field that nests nothing. */
export function check(field: FormField, value: unknown, today: string): Checked {
  // A switch nobody touched is off; it is never missing.
  if (isEmpty(value)) return field.type === 'switch' ? right(false) : { data: undefined, feel: null, wrong: null }
  if (isValueless(field)) return { data: undefined, feel: null, wrong: null }
  const label = field.label
  const unreadable = () => spoilt(value, 'type', t('unreadable', { label }))
  const known = (v: unknown) => (field.options ?? []).some(o => o.value === v)
  switch (field.type) {
    case 'group':
    case 'table':
      return { data: undefined, feel: null, wrong: null }
    case 'file':
    case 'image':
    case 'signature':
      return Array.isArray(value) && value.every(isStored) ? right(value, value, files(field, value)) : unreadable()
    case 'yesno':
    case 'switch':
      return typeof value === 'boolean' ? right(value) : unreadable()
    case 'number': {
      if (typeof value !== 'number' && typeof value !== 'string') return unreadable()
      const typed = digits(value)
      if (typed === null) return spoilt(value, 'type', t('number', { label }))
      const had = places(typed)
      const wrong = field.decimals === 0 && had > 0
        ? fault('decimals', t('whole', { label }))
        : field.decimals !== undefined && had > field.decimals
          ? fault('decimals', t('decimals', { label, n: field.decimals }))
          : range(field, Number(typed), field.unit ? ` ${field.unit}` : ' ', String)
      return right(canonical(typed), Number(typed), wrong)
    }
    case 'money': {
      if (typeof value !== 'number' && typeof value !== 'string') return unreadable()
      const typed = digits(value)
      const fen = typed !== null && places(typed) === 0 ? Number(typed) : NaN
      if (!Number.isSafeInteger(fen)) return spoilt(value, 'type', t('money', { label }))
      return right(fen, fen, range(field, fen, ' 元', yuan))
    }
    case 'checkboxes': {
      if (!Array.isArray(value)) return unreadable()
      const chosen = [...new Set(value as unknown[])]
      return chosen.every(known) ? right(chosen) : spoilt(chosen, 'option', t('option', { label }))
    }
  }
  if (typeof value !== 'string') return unreadable()
  const typed = value.trim()
  if (field.type === 'date') {
    if (!realDay(typed)) return spoilt(typed, 'format', t('date', { label }))
    return right(typed, toDate(typed), dayRange(field, typed, today))
  }
  if (field.type === 'time') return /^([01]\d|2[0-3]):[0-5]\d$/.test(typed) ? right(typed, toTime(typed)) : spoilt(typed, 'format', t('time', { label }))
  if (field.type === 'datetime') return toMoment(typed) ? right(typed, toMoment(typed), dayRange(field, typed.slice(0, 10), today)) : spoilt(typed, 'format', t('datetime', { label }))
  if ((field.type === 'select' || field.type === 'radio') && !known(typed)) return spoilt(typed, 'option', t('option', { label }))
  const read = readCode(field, typed, today)
  if ('fault' in read) return spoilt(typed, 'format', read.fault)
  return right(read.text, read.text, text(field, read.text))
}

function isStored(value: unknown): value is StoredFile {
  return value !== null && typeof value === 'object' && typeof (value as StoredFile).id === 'string' && typeof (value as StoredFile).name === 'string'
}

function files(field: FormField, list: readonly StoredFile[]): Fault | null {
  const label = field.label
  const most = field.type === 'signature' ? 1 : (field.maxFiles ?? MOST_FILES)
  if (list.length > most) return fault('files', t('filesMax', { label, n: most, had: list.length }))
  const endings: readonly string[] = field.accept?.length ? field.accept : ACCEPTED[field.type as keyof typeof ACCEPTED]
  const strange = list.find(f => !endings.includes(f.name.split('.').pop()?.toLowerCase().replace('jpeg', 'jpg') ?? ''))
  return strange ? fault('files', t('filesType', { label, name: strange.name, types: endings.join('、').toUpperCase() })) : null
}

function readCode(field: FormField, typed: string, today: string): Read {
  switch (field.type) {
    case 'phone': return readPhone(field.label, typed)
    case 'id_number': return readIdNumber(field.label, typed, today)
    case 'uscc': return readUscc(field.label, typed)
    case 'email': return readEmail(field.label, typed)
    case 'region': return readRegion(field.label, typed)
    default: return { text: typed }
  }
}
