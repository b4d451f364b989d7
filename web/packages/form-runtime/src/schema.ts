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
  /** A column in which no value may stand twice. */
  unique?: boolean
}

/** `purpose` says what the personal data asked for in the section are used for. */
export interface FormSection { key: string; title: string; hint?: string; purpose?: string; visibleWhen?: string; fields: FormField[] }
export interface Form { schema: 'tongban-form/1'; key: string; title: string; sections: FormSection[] }

export type FormValues = Record<string, unknown>

/** What surrounds a form when it is filled in. */
export interface FormContext {
  handle_item?: string | null
  /** Situation key → chosen option key (or keys). */
  situation?: Record<string, unknown>
  applicant?: Record<string, unknown>
  /** China date, `YYYY-MM-DD`. */
  today: string
}

/** What a form is evaluated with. */
export interface FormInput extends FormContext {
  /** The values as they came. */
  data: FormValues
  /** Role or step of the writer: decides permissions. Citizens write as `applicant`, which is meant when left out. */
  role?: string
  /** Values the writer can't change, in the shape of the data: pre-filled ones of locked fields, stored ones of read-only fields. */
  locked?: FormValues
}

export interface FormProblem {
  /** JSON pointer into the data: `/area`, `/rows/0/name`. */
  pointer: string
  code: string
  message: string
  label?: string
}
