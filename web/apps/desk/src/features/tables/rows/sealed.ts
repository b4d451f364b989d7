/** Fields whose values the page only has masked. */
import type { Form, FormField } from '@tongban/form-runtime'

/** The form with some fields as plain texts that nobody writes: a masked telephone is no telephone. */
export function asText(form: Form, keys: readonly string[]): Form {
  const plain = (field: FormField): FormField => {
    if (field.fields && !keys.includes(field.key)) return { ...field, fields: field.fields.map(plain) }
    if (!keys.includes(field.key)) return field
    return { key: field.key, type: 'text', label: field.label, required: false, readOnly: true, ...(field.hint ? { hint: field.hint } : {}), ...(field.visibleWhen ? { visibleWhen: field.visibleWhen } : {}) }
  }
  return { ...form, sections: form.sections.map((section) => ({ ...section, fields: section.fields.map(plain) })) }
}
