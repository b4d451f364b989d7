/** How states and grades look; a word stands beside each colour. */
import type { FaultGrade, FaultState, PartState } from '@tongban/api'

export const PART_LOOKS = { ok: 'ok', off: 'off', warn: 'warn', bad: 'danger' } as const satisfies Record<PartState, string>
export const GRADE_LOOKS = { major: 'danger', severe: 'warn', general: undefined } as const satisfies Record<FaultGrade, string | undefined>
export const FAULT_LOOKS = { open: 'warn', working: 'doing', restored: 'paused', closed: 'ok' } as const satisfies Record<FaultState, string>
export const GRADES = ['major', 'severe', 'general'] as const

/** 0.3 毫秒, 12 毫秒, 2.4 秒. */
export function duration(us: number): string {
  if (us >= 1_000_000) return `${(us / 1_000_000).toFixed(1)} 秒`
  return us >= 10_000 ? `${Math.round(us / 1_000)} 毫秒` : `${(us / 1_000).toFixed(1)} 毫秒`
}
