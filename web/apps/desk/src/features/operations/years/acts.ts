/** Closing a year and opening it again, as dialogs. */
import { archive, type CaseYearChecked } from '@tongban/api'
import { formatCount } from '@tongban/ui'
import { years as t } from '../../../messages/operations.ts'
import type { DialogField, DialogSpec } from '../../../parts/dialog.ts'

/** Whether every condition is met. */
export function ready(year: Pick<CaseYearChecked, 'closed' | 'checks'>): boolean {
  return !year.closed && year.checks.length > 0 && year.checks.every((check) => check.passed)
}

export function closing(year: CaseYearChecked): DialogSpec {
  const note: DialogField[] = year.wants_backup_note ? [{ kind: 'textarea', key: 'backup_note', label: t('backupField') }] : []
  return {
    title: t('closeTitle', { year: String(year.year) }), text: t('closeText', { n: formatCount(year.filed) }), submit: t('submitClose'), danger: true, done: t('closedDone'),
    fields: [{ kind: 'textarea', key: 'reason', label: t('reasonField') }, ...note],
    run: (values) => archive.closeYear(year.year, { version: year.version, reason: String(values.reason ?? ''), backup_note: String(values.backup_note ?? '') }),
  }
}

export function reopening(year: CaseYearChecked): DialogSpec {
  return {
    title: t('reopenTitle', { year: String(year.year) }), text: t('reopenText'), submit: t('submitReopen'), danger: true, done: t('reopened'),
    fields: [{ kind: 'textarea', key: 'reason', label: t('reopenField') }],
    run: (values) => archive.reopenYear(year.year, { version: year.version, reason: String(values.reason ?? '') }),
  }
}
