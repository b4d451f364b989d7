/** The list of filled forms: what the address says, in the words of the server. */
import type { FormDataColumn, FormDataQuery, FormDataRow } from '@tongban/api'
import { formatMoment } from '@tongban/ui'
import { formData as t } from '../../../messages/form-data.ts'
import type { Choice } from '../../../parts/dialog.ts'
import type { Column, Condition, Conditions } from '../../../parts/listing.ts'

/** Conditions above the list; a data item can be asked for once a form is chosen, or when the address (`linked`) asks for one already. */
export function conditionsOf(forms: readonly Choice[], items: readonly Choice[], columns: readonly FormDataColumn[], linked = false): Condition[] {
  return [
    { key: 'form', label: t('form'), kind: 'select', all: t('allForms'), options: forms },
    { key: 'item', label: t('item'), kind: 'select', all: t('allItems'), options: items },
    { key: 'q', label: t('q'), kind: 'search', hint: t('qHint') },
    { key: 'from', label: t('from'), kind: 'date', rare: true },
    { key: 'to', label: t('to'), kind: 'date', rare: true },
    ...(columns.length || linked ? [
      { key: 'code', label: t('code'), kind: 'select', all: t('anyCode'), options: columns.map((each) => ({ value: each.code, label: each.name })), rare: true },
      { key: 'value', label: t('value'), kind: 'search', hint: t('valueHint'), rare: true },
    ] satisfies Condition[] : []),
  ]
}

/** What the server is asked: a value without its item says nothing, an item without a form neither. */
export function askedOf(values: Conditions): FormDataQuery {
  const { form, item, q, from, to, code, value } = values
  const asks = form && code && value
  return Object.fromEntries(Object.entries({ form, item, q, from, to, ...(asks ? { code, value } : {}) }).filter(([, each]) => each))
}

export function columnsOf(found: readonly FormDataColumn[]): Column<FormDataRow>[] {
  const cell = (code: string) => (row: FormDataRow) => row.cells.find((each) => each.code === code)?.text ?? null
  return [
    { key: 'number', label: t('number'), text: (row) => row.case_number.slice(-12), nowrap: true },
    { key: 'item', label: t('item'), text: (row) => row.item_name },
    ...(found.length ? found.slice(0, 6).map((each) => ({ key: `item:${each.code}`, label: each.name, text: cell(each.code) })) : [{ key: 'form', label: t('form'), text: (row: FormDataRow) => t('formOf', { title: row.form_title, n: row.form_version }) }]),
    { key: 'applicant', label: t('applicant'), text: (row) => row.applicant_name },
    { key: 'state', label: t('state'), text: (row) => row.state_label, nowrap: true },
    { key: 'submitted', label: t('submitted'), text: (row) => (row.submitted_at ? formatMoment(row.submitted_at) : null), nowrap: true },
    { key: 'corrected', label: t('history'), text: (row) => (row.corrections ? t('corrected', { n: row.corrections }) : null), nowrap: true, rare: true },
  ]
}
