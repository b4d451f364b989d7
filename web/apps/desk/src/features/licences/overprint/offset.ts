/** Offsets are kept in tenths of a millimetre, and written by people in millimetres. */

/** Tenths of what was written; null when it is no offset a printer can have. */
export function tenths(text: string): number | null {
  const tidy = text.trim().replace('−', '-').replace('－', '-').replace('．', '.')
  if (tidy === '') return 0
  if (!/^-?\d{1,2}(\.\d)?$/.test(tidy)) return null
  const value = Math.round(Number(tidy) * 10)
  return Math.abs(value) <= 300 ? value : null
}

/** As people write it: 12 → 1.2. */
export const millimetres = (value: number): string => String(value / 10)
