/** Filled-in data for a preview: values that pass the checks of their fields, as somebody could have written them. */
import { isValueless, opened, type Form, type FormField, type FormValues } from '@tongban/form-runtime'

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const USCC = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** A citizen number nobody has: serial 000 is never given out. */
export function sampleId(): string {
  const body = '11010119900101000'
  return body + '10X98765432'[ID_WEIGHTS.reduce((sum, weight, i) => sum + Number(body[i]) * weight, 0) % 11]
}
export function sampleUscc(): string {
  const body = '91440100MA0000000'
  let sum = 0
  let weight = 1
  for (const letter of body) {
    sum += USCC.indexOf(letter) * weight
    weight = (weight * 3) % 31
  }
  return body + USCC[(31 - (sum % 31)) % 31]
}

function text(field: FormField): string | undefined {
  if (field.example) return field.example
  // What a pattern wants is not guessed.
  if (field.pattern) return undefined
  const said = `示例${field.label}`
  const least = field.minLength ?? 0
  return [...(said.length < least ? said.padEnd(least, '例') : said)].slice(0, field.maxLength ?? 100).join('')
}
function number(field: FormField, fallback: number): number {
  const [least, most] = [field.min, field.max].map((each) => (each === undefined ? undefined : Number(each)))
  return Math.min(Math.max(fallback, least ?? fallback), most ?? Infinity)
}
function day(field: FormField, today: string): string {
  const bound = (value: unknown) => (value === 'today' ? today : typeof value === 'string' ? value : undefined)
  const [least, most] = [bound(field.min), bound(field.max)]
  if (least && today < least) return least
  return most && today > most ? most : today
}

function valueOf(field: FormField, today: string): unknown {
  if (field.default !== undefined && field.default !== '') return field.default === 'today' ? today : field.default
  const [first] = field.options ?? []
  switch (field.type) {
    case 'number': return number(field, field.example && Number.isFinite(Number(field.example)) ? Number(field.example) : 120)
    case 'money': return number(field, 100_000)
    case 'date': return day(field, today)
    case 'time': return '09:30'
    case 'datetime': return `${day(field, today)}T09:30`
    case 'select':
    case 'radio': return first?.value
    case 'checkboxes': return first ? [first.value] : undefined
    case 'yesno':
    case 'switch': return true
    case 'phone': return '13800138000'
    case 'id_number': return sampleId()
    case 'uscc': return sampleUscc()
    case 'region': return '440106000000'
    case 'email': return 'name@example.cn'
    case 'file':
    case 'image':
    case 'signature': return [{ id: 'sample', name: `示例.${field.accept?.[0] ?? (field.type === 'file' ? 'pdf' : 'png')}`, size: 20_480 }]
    case 'table': return Array.from({ length: Math.max(1, field.minRows ?? 1) }, () => valuesOf(field.fields ?? [], today))
    case 'group': return valuesOf(field.fields ?? [], today)
    default: return text(field)
  }
}

function valuesOf(fields: readonly FormField[], today: string): FormValues {
  return Object.fromEntries(opened(fields).fields.filter((field) => !isValueless(field) && field.type !== 'hidden' && !field.compute).flatMap((field) => {
    const value = valueOf(field, today)
    return value === undefined ? [] : [[field.key, value]]
  }))
}

export const sampleOf = (form: Form, today: string): FormValues => valuesOf(form.sections.flatMap((each) => each.fields), today)
