/** The form document `tongban-form/1`, as packs write it and the server serves it. */
export type FieldType =
  | 'text' | 'textarea' | 'number' | 'money' | 'date' | 'select' | 'radio' | 'checkboxes' | 'yesno'
  | 'phone' | 'id_number' | 'uscc' | 'region' | 'address' | 'email' | 'table' | 'group' | 'note'

export interface FieldOption { value: string; label: string }
export interface FieldRule { feel: string; message: string }

export interface FormField {
  key: string
  type: FieldType
  label: string
  hint?: string
  unit?: string
  example?: string
  /** Left out means required. */
  required?: boolean
  requiredWhen?: string
  visibleWhen?: string
  /** A computed field is read-only: its value is the result of this expression. */
  compute?: string
  options?: FieldOption[]
  validate?: FieldRule[]
  minLength?: number
  maxLength?: number
  /** Least number (fen for money) or earliest date (`YYYY-MM-DD` or `today`). */
  min?: number | string
  max?: number | string
  decimals?: number
  pattern?: string
  span?: 1 | 2
  source?: string
  sourceNote?: string
  locked?: boolean
  permission?: Record<string, 'hidden' | 'read' | 'write'>
  fields?: FormField[]
  minRows?: number
  maxRows?: number
  /** On a column, or on its table by name: values must differ from row to row. */
  unique?: boolean | string
}

export interface FormSection { key: string; title: string; hint?: string; visibleWhen?: string; fields: FormField[] }
export interface Form { schema: 'tongban-form/1'; key: string; title: string; sections: FormSection[] }

export type FormValues = Record<string, unknown>

/** What a form is evaluated with, beside its own values. */
export interface FormInput {
  data: FormValues
  handle_item?: string | null
  /** Situation key → chosen option key (or keys). */
  situation?: Record<string, unknown>
  applicant?: Record<string, unknown>
  /** China date, `YYYY-MM-DD`. */
  today: string
  /** Role or step that looks `permission` up. */
  viewer?: string
}

export interface FormProblem { pointer: string; code: string; message: string }
