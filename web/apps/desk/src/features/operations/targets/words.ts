/** How targets are said and shown. */
import type { TargetRow, TargetVerdict } from '@tongban/api'

export const LOOKS = { none: 'off', met: 'ok', few: 'warn', missed: 'danger' } as const satisfies Record<TargetVerdict, string>
export const RANGES = { d1: 1, d7: 7, d31: 31 } as const
export type Range = keyof typeof RANGES

/** 1.5 秒, 80 毫秒; never less than it was, so that what is late never looks kept. */
export function seconds(us: number): string {
  if (us < 1_000_000) return `${Math.ceil(us / 1_000)} 毫秒`
  return `${String(Math.ceil(us / 10_000) / 100)} 秒`
}

/** 99.99%: rounded down, 100% only when nothing was late. */
export function percent(share: number | null): string {
  if (share === null) return '—'
  return `${String(Math.floor(share) / 100)}%`
}

export const rangeOf = (days: unknown): Range => (Object.keys(RANGES) as Range[]).find((each) => String(RANGES[each]) === days) ?? 'd1'

/** Names of subsystems in which nothing was done, each once, in the order of the table. */
export function untouched(rows: readonly TargetRow[]): string[] {
  const used = new Set(rows.filter((row) => row.count > 0).map((row) => row.scope))
  const names = rows.filter((row) => !used.has(row.scope)).map((row) => row.label)
  return [...new Set(names)]
}
