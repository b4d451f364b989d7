/** Decimal texts as the server writes them. */
const DECIMAL = /^-?\d{1,18}(\.\d{1,18})?$/

/** The digits of a JSON number or decimal string; null when it is neither. */
export function digits(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  const bare = text.replace(/\.0$/, '')
  return DECIMAL.test(bare) ? bare : null
}

/** The number in a JSON number or decimal string; null when it is none. */
export function toNumber(value: unknown): number | null {
  const text = digits(value)
  return text === null ? null : Number(text)
}

/** Decimals a number is written with, trailing zeros apart. */
export function places(text: string): number {
  return (text.split('.')[1] ?? '').replace(/0+$/, '').length
}

/** A JSON number where every runtime reads the same digits back, else the decimal string. */
export function canonical(text: string): number | string {
  const n = Number(text)
  return Math.abs(n) <= Number.MAX_SAFE_INTEGER && (n === 0 || Math.abs(n) >= 1e-6) && String(n) === text ? n : text
}

/** Rounds a decimal text half up, away from zero. */
export function round(text: string, to: number): string | null {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (!found) return null
  const [, sign = '', whole = '0', fraction = ''] = found
  const kept = fraction.slice(0, to).padEnd(to, '0')
  let amount = BigInt(whole + kept)
  if (Number(fraction[to] ?? '0') >= 5) amount += 1n
  const all = amount.toString().padStart(to + 1, '0')
  const after = to ? all.slice(all.length - to).replace(/0+$/, '') : ''
  const before = to ? all.slice(0, all.length - to) : all
  const negative = sign && amount !== 0n ? '-' : ''
  return after ? `${negative}${before}.${after}` : `${negative}${before}`
}
