/** The form document `tongban-form/1`, as packs write it and the server serves it. */
export type FieldType =
  | 'text' | 'textarea' | 'number' | 'money' | 'date' | 'time' | 'datetime' | 'select' | 'radio' | 'checkboxes' | 'yesno' | 'switch'
  | 'phone' | 'id_number' | 'uscc' | 'region' | 'address' | 'email' | 'file' | 'image' | 'signature' | 'hidden' | 'table' | 'group'
  | Layout | 'note' | 'seal' | 'blank' | 'divider'
/** Holders that only arrange: what they hold belongs to the scope around them, so they leave no trace in the data. */
export type Layout = 'columns' | 'tabs' | 'tab' | 'collapse'
export type Right = 'hidden' | 'read' | 'write'

export interface FieldOption { value: string; label: string }
export interface FieldRule {
  feel: string
  message: string
  /** `warn` tells the person and lets the form pass. */
  severity?: 'stop' | 'warn'
  /** First and last China date on which the rule holds. */
  from?: string
  until?: string
  /** Only these channels ask for it; all when left out. */
  channels?: string[]
}

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
  /** What the value is compared with, written as `source` is. */
  compare?: string
  permission?: Record<string, Right>
  /** Nobody changes it but the roles and steps `permission` names with `write`. */
  readOnly?: boolean
  /** What a new form begins with; `today` for a date. */
  default?: unknown
  /** Code in the shared field library: the same code is the same field, asked once. */
  shared?: string
  /** Columns of a `columns` holder: 2 to 4. */
  columns?: number
  /** Whether a `collapse` begins open. Left out means open. */
  open?: boolean
  /** Lines a `blank` takes. */
  lines?: number
  /** Endings a file may have, lower case. */
  accept?: string[]
  maxFiles?: number
  /** Megabytes of one file. */
  maxSize?: number
  fields?: FormField[]
  minRows?: number
  maxRows?: number
  /** A column in which no value may stand twice. */
  unique?: boolean
}

export interface FormSection {
  key: string
  title: string
  hint?: string
  /** What the personal data asked for in the section are used for. */
  purpose?: string
  visibleWhen?: string
  /** The organisation that answers for this part of a combined form. */
  owner?: string
  /** Key of the form or template this part was taken from. */
  from?: string
  fields: FormField[]
}
export interface Form { schema: 'tongban-form/1'; key: string; title: string; sections: FormSection[] }

/** A file as a form keeps it. */
export interface StoredFile { id: string; name: string; size: number; media_type?: string }

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
  /** Role of the writer: decides permissions. Citizens write as `applicant`, which is meant when left out. */
  role?: string
  /** Step of the flow. Where role and step are both named, the stricter right holds. */
  step?: string
  channel?: string
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

/** How a field stands beside what others know. `theirs`: what the source says when it differs. */
export interface FieldMark { key: string; label: string; result: 'trusted' | 'differs' | 'not_verifiable'; result_label: string; source: string; theirs: string | null }
