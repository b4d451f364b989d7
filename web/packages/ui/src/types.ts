/** Shapes of the HTTP contract that components draw. */
export type Light = 'normal' | 'warning' | 'overdue' | 'paused' | 'done'
export type LimitUnit = 'working_day' | 'natural_day' | 'hour' | 'minute' | 'month'

export interface TimeLimit { value: number; unit: LimitUnit; text: string }

export interface DeadlineLine {
  kind: 'start' | 'limit' | 'excluded' | 'pause' | 'extension' | 'due'
  /** The ledger's own name of the line, when it gives one. */
  label?: string
  text: string
  amount: string
}

export interface DeadlineDay {
  date: string
  kind: 'working' | 'make_up' | 'weekend' | 'holiday'
  name?: string | null
  count: number | null
  paused: boolean
  is_due: boolean
  is_today: boolean
}

export interface Deadline {
  kind: string
  state: 'not_started' | 'running' | 'paused' | 'done'
  due_at: string | null
  due_date: string | null
  limit: TimeLimit
  used: number
  left: number | null
  overdue_by: number
  light: Light
  lines: DeadlineLine[]
  days: DeadlineDay[]
  problem: string | null
}

export interface TimeLeftValue { light: Light; text: string; due_date: string | null; share_used: number }

export interface FileRef {
  id: string
  name: string
  size: number
  media_type: string
  pages?: number | null
  uploaded_at?: string
}

/** A problem at one place of a form, as the server and the form engine write it. */
export interface PlacedProblem { pointer: string; message: string; code?: string; step?: number | null }

export interface Option { value: string; label: string; hint?: string }
