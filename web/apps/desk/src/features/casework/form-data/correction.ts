/** Correcting filled data: which fields are asked for, what is sent. */
import type { FormDataItem, FormDataView } from '@tongban/api'
import type { Form, FormValues } from '@tongban/form-runtime'
import { stepForm } from '../case/step-form.ts'

/** A personal value is only here masked; it is written anew. */
export const isMasked = (item: FormDataItem): boolean => item.personal && item.text !== ''

/** The form with the chosen fields to be written, and what they begin with. */
export function begin(view: FormDataView, chosen: readonly string[]): { form: Form; data: FormValues } {
  const known = Object.fromEntries(Object.entries(view.form.data).filter(([key]) => !view.items.some((item) => item.field === key && isMasked(item)))) as FormValues
  return { form: stepForm(view.form.schema as unknown as Form, chosen, known), data: { ...known } }
}

/** What differs from what stood there; a masked field counts once something is written. */
export function changes(view: FormDataView, chosen: readonly string[], now: FormValues): Record<string, unknown> {
  const masked = (key: string) => view.items.some((item) => item.field === key && isMasked(item))
  const same = (key: string) => JSON.stringify(now[key] ?? null) === JSON.stringify(masked(key) ? null : ((view.form.data[key] as unknown) ?? null))
  return Object.fromEntries(chosen.filter((key) => !same(key)).map((key) => [key, now[key] ?? null]))
}
