import { isValueless, opened } from './plan.ts'
import type { Form, FormField, FormValues } from './schema.ts'

/** What a new form begins with: the defaults of its fields. `today` of a date is the day it is begun. */
export function startValues(form: Form, today: string): FormValues {
  return valuesOf(form.sections.flatMap(s => s.fields), today)
}

function valuesOf(written: readonly FormField[], today: string): FormValues {
  const values: FormValues = {}
  for (const field of opened(written).fields) {
    if (isValueless(field)) continue
    if (field.type === 'group') {
      const inner = valuesOf(field.fields ?? [], today)
      if (Object.keys(inner).length) values[field.key] = inner
    } else if (field.default !== undefined && field.default !== '') values[field.key] = field.type === 'date' && field.default === 'today' ? today : field.default
  }
  return values
}
