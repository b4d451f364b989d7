import { ApiProblem, asProblem, desk } from '@tongban/api'
import { urge as t } from '../../../messages/index.ts'
import type { DialogField, DialogSpec, DialogValues } from '../../../parts/dialog.ts'

interface Urged { id: string; applicant_name: string; item_name: string }

function fields(): DialogField[] {
  return [
    { kind: 'radio', key: 'kind', label: t('kind'), value: 'urge', options: [{ value: 'urge', label: t('kindUrge'), hint: t('kindUrgeHint') }, { value: 'order', label: t('kindOrder'), hint: t('kindOrderHint') }] },
    { kind: 'textarea', key: 'text', label: t('words'), missing: t('wordsMissing'), phrases: [t('phraseToday'), t('phraseProgress')] },
  ]
}
const body = (values: DialogValues) => ({ text: String(values.text), order: values.kind === 'order' })

/** Urge the handler of one case, or send a supervision order that must be answered. */
export function urgeOne(row: Urged): DialogSpec {
  return {
    title: t('title'), text: t('text', { name: row.applicant_name, item: row.item_name }), fields: fields(),
    submit: t('submit'), cancel: t('cancel'), done: t('done'), run: (values, key) => desk.urge(row.id, body(values), key),
  }
}

/** The same words for several cases; a case that refuses does not stop the others. */
export function urgeMany(rows: Urged[]): DialogSpec {
  const [only] = rows
  if (rows.length === 1 && only) return urgeOne(only)
  return {
    title: t('titleMany', { n: rows.length }), text: t('textMany'), fields: fields(),
    submit: t('submit'), cancel: t('cancel'), done: t('doneMany', { n: rows.length }),
    run: async (values) => {
      const failed: string[] = []
      for (const row of rows) await desk.urge(row.id, body(values)).catch((thrown: unknown) => failed.push(asProblem(thrown).title))
      if (failed.length) throw new ApiProblem(409, { code: 'some_failed', title: t('someFailed', { n: failed.length, why: failed[0] ?? '' }) })
    },
  }
}
