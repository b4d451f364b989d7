/** The report of cases in words. */
import type { CaseFigures, CaseStatistics } from '@tongban/api'
import { caseFigures as t } from '../../../messages/counters.ts'

/** Tenths of a percent; a dash where nothing was closed. */
export function shareText(permille: number | null): string {
  return permille === null ? '—' : `${(permille / 10).toFixed(1)}%`
}

/** The rows with their sum below; none when nothing happened. */
export function withTotal(found: Pick<CaseStatistics, 'items' | 'total'>): CaseFigures[] {
  return found.items.length ? [...found.items, { ...found.total, key: 'total' }] : []
}

/** When the figures were last compared with the cases, and what was found. */
export function checkedText(found: Pick<CaseStatistics, 'checked_at' | 'differing'>, moment: (at: string) => string): string {
  if (!found.checked_at) return t('notChecked')
  return t('checked', { time: moment(found.checked_at), result: found.differing > 0 ? t('differing', { n: found.differing }) : t('same') })
}
