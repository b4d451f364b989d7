/** The periods a leader looks at, in days of China: this month so far, the month before, the year so far. */
export const PERIODS = ['month', 'lastMonth', 'year'] as const
export type Period = (typeof PERIODS)[number]

const day = (year: number, month: number, date: number) => new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10)

export function spanOf(period: Period, now: Date): { from: string; to: string } {
  const china = new Date(now.getTime() + 8 * 3_600_000)
  const [year, month, date] = [china.getUTCFullYear(), china.getUTCMonth(), china.getUTCDate()]
  if (period === 'lastMonth') return { from: day(year, month - 1, 1), to: day(year, month, 0) }
  return { from: period === 'year' ? day(year, 0, 1) : day(year, month, 1), to: day(year, month, date) }
}

/** Per mille in words, one figure after the point: 996 is 99.6%. */
export const percent = (permille: number): string => `${(permille / 10).toFixed(1)}%`
