/**
 * The national codes that forms ask for, read as people write them (full-width letters, spaces, country code) and
 * refused in the words of the server's base library, spoken of by the label of the field.
 */
import { t } from './messages/index.ts'

export type Read = { text: string } | { fault: string }

const right = (text: string): Read => ({ text })
const wrong = (fault: string): Read => ({ fault })

export function realDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** Half-width, capitals, no spaces. */
function normalise(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, c => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[\s\u3000\ufeff]/g, '').toUpperCase()
}

/** Weights of GB 11643 for the first 17 digits. */
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** Citizen id, GB 11643: 18 characters, then a real date not after `today`, then the check character. */
export function readIdNumber(label: string, typed: string, today: string): Read {
  const id = normalise(typed)
  const letters = [...id]
  if (letters.length !== 18) return wrong(t('length18', { label, had: letters.length }))
  const odd = letters.findIndex((c, i) => !(/\d/.test(c) || (i === 17 && c === 'X')))
  if (odd >= 0) return wrong(t('idCharacter', { label, n: odd + 1, found: letters[odd] ?? '' }))
  const digits = id.slice(6, 14)
  const birth = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
  if (!realDay(birth)) return wrong(t('idDate', { label, found: digits }))
  if (realDay(today) && birth > today) return wrong(t('idFuture', { label, found: digits }))
  const sum = ID_WEIGHTS.reduce((s, w, i) => s + Number(id[i]) * w, 0)
  return '10X98765432'[sum % 11] === id[17] ? right(id) : wrong(t('idCheck', { label }))
}

const USCC = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** Unified social credit code, GB 32100. */
export function readUscc(label: string, typed: string): Read {
  const code = normalise(typed).replaceAll('-', '')
  const letters = [...code]
  if (letters.length !== 18) return wrong(t('length18', { label, had: letters.length }))
  const odd = letters.findIndex(c => !USCC.includes(c))
  if (odd >= 0) return wrong(t('usccCharacter', { label, n: odd + 1, found: letters[odd] ?? '' }))
  if (!/^\d{6}$/.test(code.slice(2, 8))) return wrong(t('usccRegion', { label }))
  let sum = 0
  let weight = 1
  for (const c of letters.slice(0, 17)) {
    sum += USCC.indexOf(c) * weight
    weight = (weight * 3) % 31
  }
  return USCC[(31 - (sum % 31)) % 31] === letters[17] ? right(code) : wrong(t('usccCheck', { label }))
}

/** A mobile number, or a fixed line with its area code: `13812341234`, `020-87654321`. */
export function readPhone(label: string, typed: string): Read {
  const bare = normalise(typed).replace(/[-()\u2013\u2014]/g, '').replace(/^(\+86|0086)/, '')
  const odd = [...bare].find(c => !/\d/.test(c))
  if (odd) return wrong(t('phoneCharacter', { label, found: odd }))
  if (bare.startsWith('1')) {
    if (bare.length !== 11) return wrong(t('phoneLength', { label, had: bare.length }))
    return /^1[3-9]/.test(bare) ? right(bare) : wrong(t('phonePrefix', { label, found: bare.slice(0, 2) }))
  }
  // 010 and 02x have three digits, the others four; numbers have 7 or 8 and don't begin with 0 or 1.
  const area = /^(010|02)/.test(bare) ? 3 : 4
  const line = bare.slice(area)
  return /^0/.test(bare) && /^[2-9]\d{6,7}$/.test(line) ? right(`${bare.slice(0, area)}-${line}`) : wrong(t('phoneUnknown'))
}

/** A region code, filled up to 12 digits. */
export function readRegion(label: string, typed: string): Read {
  const code = /^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/.test(typed) ? typed.padEnd(12, '0') : ''
  const filled = (from: number, to: number) => /[1-9]/.test(code.slice(from, to))
  const gap = (filled(9, 12) && !filled(6, 9)) || (filled(6, 12) && !filled(2, 6)) || !filled(0, 2)
  return code && !gap ? right(code) : wrong(t('choose', { label }))
}

export function readEmail(label: string, typed: string): Read {
  const plain = (part: string) => /^[\x21-\x7e]+$/.test(part) && !/[@"<>(),;:\\]/.test(part)
  const at = typed.indexOf('@')
  const name = typed.slice(0, Math.max(0, at))
  const host = typed.slice(at + 1)
  return at > 0 && plain(name) && plain(host) && host.includes('.') && host.split('.').every(Boolean) ? right(typed) : wrong(t('email', { label }))
}
