/** A field mapping as its page works on it (`tongban-mapping/1`): one row a field of the other system. */
export type TargetType = 'text' | 'number' | 'date' | 'boolean' | 'code'
export interface Row { key: string; label: string; type: TargetType; required: boolean; length: string; codes: string; from: string; translate: string }
export interface MappingForm { system: string; form: string; rows: Row[] }

interface Field { key: string; label: string; type?: TargetType; required?: boolean; length?: number; codes?: string[] }
interface Pair { to: string; from: string; codes?: Record<string, string> }
interface Content { schema: string; system: string; form: string; fields: Field[]; map: Pair[] }

export const TYPES: readonly TargetType[] = ['text', 'number', 'date', 'boolean', 'code']
export const newRow = (): Row => ({ key: '', label: '', type: 'text', required: false, length: '', codes: '', from: '', translate: '' })

export function readMapping(text: string): MappingForm {
  let content: Partial<Content> = {}
  try {
    content = JSON.parse(text) as Partial<Content>
  } catch {
    // A draft that can't be read begins empty; the findings say so.
  }
  const pairs = content.map ?? []
  return {
    system: content.system ?? '', form: content.form ?? '',
    rows: (content.fields ?? []).map((field) => {
      const pair = pairs.find((each) => each.to === field.key)
      return {
        key: field.key, label: field.label, type: field.type ?? 'text', required: field.required ?? false, length: field.length ? String(field.length) : '', codes: (field.codes ?? []).join('、'),
        from: pair?.from ?? '', translate: Object.entries(pair?.codes ?? {}).map(([ours, theirs]) => `${ours}=${theirs}`).join('\n'),
      }
    }),
  }
}

const split = (text: string) => text.split(/[、,，\s]+/).filter(Boolean)
function table(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line.includes('='))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]))
}

export function writeMapping(form: MappingForm): string {
  const fields = form.rows.map((row): Field => {
    const length = Number(row.length)
    const codes = row.type === 'code' ? split(row.codes) : []
    return { key: row.key.trim(), label: row.label.trim(), type: row.type, required: row.required, ...(length > 0 ? { length } : {}), ...(codes.length ? { codes } : {}) }
  })
  const map = form.rows.filter((row) => row.from.trim()).map((row): Pair => {
    const codes = table(row.translate)
    return { to: row.key.trim(), from: row.from.trim(), ...(Object.keys(codes).length ? { codes } : {}) }
  })
  return JSON.stringify({ schema: 'tongban-mapping/1', system: form.system, form: form.form, fields, map })
}

/** How a source is said in its list: a field, fixed words, an expression. */
export const kindOf = (from: string): 'fixed' | 'feel' | 'source' => (from.startsWith('=') ? 'fixed' : from.startsWith('feel:') ? 'feel' : 'source')
