/** The plain shapes of what our namespace says; README.md has the XML. */

export type HandlerKind = 'person' | 'role' | 'department' | 'dynamic'
/** Who is found when the step begins. */
export type DynamicKey = 'previous_handler' | 'acceptor' | 'case_org' | 'superior' | 'expression'
export interface Handler { kind: HandlerKind; key: string; label?: string; expression?: string }

export type ButtonAction = 'pass' | 'return' | 'correct' | 'transfer' | 'countersign' | 'suspend'
export interface StepButton { action: ButtonAction; label: string; outcome?: string }

export type EventKind = 'message' | 'sms' | 'push' | 'seal'
export interface StepEvent { on: 'enter' | 'leave'; kind: EventKind; to: string; content?: string }

export type FieldAccess = 'write' | 'read' | 'hidden'
export interface FieldRights { default: FieldAccess; fields: { key: string; access: FieldAccess }[] }

export type LimitUnit = 'working' | 'calendar'
/** Joint review: how many of the handlers must pass, and whether one after the other. */
export interface Joint { sequential: boolean; ratio: number }

/** What a call hands to the flow it calls, or gets back: an expression on one side, a name on the other. */
export interface Handing { source: string; target: string }
export type HandingWay = 'in' | 'out'

export type TimerKind = 'duration' | 'date'
export interface TimerValue { kind: TimerKind; text: string }

export const HANDLER_KINDS: readonly HandlerKind[] = ['person', 'role', 'department', 'dynamic']
export const DYNAMIC_KEYS: readonly DynamicKey[] = ['previous_handler', 'acceptor', 'case_org', 'superior', 'expression']
export const BUTTON_ACTIONS: readonly ButtonAction[] = ['pass', 'return', 'correct', 'transfer', 'countersign', 'suspend']
export const EVENT_KINDS: readonly EventKind[] = ['message', 'sms', 'push', 'seal']
export const ACCESSES: readonly FieldAccess[] = ['write', 'read', 'hidden']

/** What a handler, a service or a stage can be chosen from; the server lists them. */
export interface Choice { key: string; label: string; hint?: string }
export interface ServiceProperty extends Choice { required: boolean; kind: string }
export interface ServiceChoice extends Choice { properties: ServiceProperty[] }

/** Everything the property panel offers. */
export interface Vocabulary {
  roles: Choice[]
  orgs: { id: string; name: string; parent_id: string | null }[]
  services: ServiceChoice[]
  stages: Choice[]
  papers: Choice[]
  /** Fields of the form the flow works on; empty when none is chosen. */
  fields: Choice[]
  findStaff: (q: string) => Promise<Choice[]>
  /** Published flows that can be called, by name or key. */
  findFlow: (q: string) => Promise<Choice[]>
}

/** One remark of the server about one element. */
export interface Finding { severity: 'error' | 'warning'; code: string; at: string; message: string }

/** A trial run as the server tells it. */
export interface RunStep { element: string; name: string; kind: string; at?: string }
export interface RunCommand { element: string; outcome?: string; data?: Record<string, unknown> }
export interface RunResult { steps: RunStep[]; waiting: RunStep[]; ended: boolean; findings: Finding[] }
export type Runner = (content: string, path: RunCommand[], data: Record<string, unknown>) => Promise<RunResult>
