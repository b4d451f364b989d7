/** What is wrong with a national code, in the same words as the server's engine; null when it is right. */
import { t } from './messages/index.ts'

/** Weights of GB 11643 for the first 17 digits. */
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const USCC = '0123456789ABCDEFGHJKLMNPQRTUWXY'

export function realDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** Citizen id, GB 11643: 18 digits, the last may be X. */
export function idNumberFault(label: string, text: string, today: string): string | null {
  const length = [...text].length
  if (length !== 18) return t('length18', { label, had: length })
  if (!/^\d{17}[\dXx]$/.test(text)) return t('idDigits', { label })
  const birth = `${text.slice(6, 10)}-${text.slice(10, 12)}-${text.slice(12, 14)}`
  if (!realDay(birth) || birth > today) return t('idBirth', { label })
  const sum = ID_WEIGHTS.reduce((s, w, i) => s + Number(text[i]) * w, 0)
  return '10X98765432'[sum % 11] === text[17]?.toUpperCase() ? null : t('idLast', { label })
}

/** Unified social credit code, GB 32100. */
export function usccFault(label: string, text: string): string | null {
  const letters = [...text]
  if (letters.length !== 18) return t('length18', { label, had: letters.length })
  const odd = letters.find(c => !USCC.includes(c))
  if (odd) return t('usccLetter', { label, letter: odd })
  let sum = 0
  let weight = 1
  for (const c of letters.slice(0, 17)) {
    sum += USCC.indexOf(c) * weight
    weight = (weight * 3) % 31
  }
  return USCC[(31 - (sum % 31)) % 31] === letters[17] ? null : t('usccLast', { label })
}

/** A mobile number, or a fixed line with its area code. */
export function phoneFault(label: string, text: string): string | null {
  if (!/^[\d-]*$/.test(text)) return t('phoneDigits', { label })
  if (text.startsWith('0')) {
    const rest = text.slice(1)
    const digits = rest.replaceAll('-', '').length
    const dashes = rest.length - digits
    const at = rest.indexOf('-')
    return digits >= 9 && digits <= 11 && dashes <= 1 && (at < 0 || at === 2 || at === 3) ? null : t('phoneFixed', { label })
  }
  if (text.length !== 11) return t('phoneLength', { label, had: text.length })
  return /^1[3-9]/.test(text) ? null : t('phoneStart', { label })
}

export function emailFault(label: string, text: string): string | null {
  const plain = (part: string) => /^[\x21-\x7e]+$/.test(part) && !/[@"<>(),;:\\]/.test(part)
  const [name = '', host = '', ...more] = text.split('@')
  return !more.length && plain(name) && plain(host) && host.includes('.') && host.split('.').every(Boolean) ? null : t('email', { label })
}

/** A telephone number with the spaces people type left out. */
export function bareNumber(text: string): string {
  return text.replace(/[\s\u2014]/g, '').replace(/^\+?86-?(?=1\d{10}$)/, '')
}
