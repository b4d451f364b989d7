/** The running of flows: the tasks of a case and who does them, how many cases stand where, moving them to another version. All throw `ApiProblem`. */
import { call } from './transport.ts'
import type { Page } from './types.ts'

/** Why a task is on somebody's list: named for it, by role, in another's name, to give an opinion. */
export type TaskMark = 'mine' | 'role' | 'delegated' | 'joint'
export type TaskButtonAction = 'pass' | 'return' | 'correct' | 'transfer' | 'countersign' | 'suspend'
export interface TaskButton { action: TaskButtonAction; label: string; outcome: string | null }
export interface JointVote { by: string; outcome_label: string; text: string; at: string | null }
/** A step that several people do: it passes when `ratio` percent of them, which is `needed`, have passed it. */
export interface JointReview { sequential: boolean; ratio: number; needed: number; passed: number; failed: number; open: number; total: number; votes: JointVote[] }
/** What the own task says beyond its outcomes. */
export interface TaskRights {
  /** None: the step has no buttons of its own. */
  buttons: TaskButton[]
  joint: JointReview | null
  on_behalf_of: string | null
  /** Keys of the form's fields that may be filled in here. */
  writable: string[]
  due_on: string | null
}
export interface CaseTask {
  id: string; element: string; name: string; stage: string
  /** In words. */
  handler: string
  since: string; due_on: string | null; overdue: boolean; mine: boolean
  /** Somebody else does it in the caller's name, who may take it back. */
  delegated: boolean
}
export interface TaskBack { task: string; name: string }
export interface JumpTarget { element: string; name: string }
/** What a case says of its flow beyond the own task. */
export interface CaseRunning { tasks: CaseTask[]; take_back: TaskBack[]; jump_targets: JumpTarget[] }
/** `transfer`: who may take the task over; `countersign`: who may give an opinion, whatever the role. */
export type ColleagueFor = 'transfer' | 'countersign'
export interface Colleague { id: string; name: string; org_name: string; roles: string[] }

export interface FlowVersion { version: number; running: number; current: boolean }
export interface FlowNode { element: string; name: string; version: number; open: number; overdue: number; done: number; average_hours: number | null }
export interface FlowMonitor { flow_key: string; name: string; versions: FlowVersion[]; nodes: FlowNode[]; as_of: string }
export interface FlowCase { case_id: string; case_number: string; item_name: string; version: number; steps: string[]; since: string | null; overdue: boolean }
export interface FlowCaseQuery { version?: string | number; element?: string; limit?: number; cursor?: string }
export interface FlowMigration { from: number; to: number; mapping: Record<string, string>; cases: string[] | null; dry_run: boolean }
export interface MovedCase { case_id: string; case_number: string; moved: boolean; message: string | null }
/** `more`: there are further cases than were looked at in one go. */
export interface FlowMoved { moved: number; refused: number; items: MovedCase[]; more: boolean }

const TASK = '/api/v1/cases/{id}/tasks/{task}'
const FLOW = '/api/v1/flows/{key}'

export const flowTasks = {
  transfer: (id: string, task: string, body: { version: number; to: string; reason: string; delegate: boolean }) => call<void>('post', `${TASK}/transfer`, { path: { id, task }, body }),
  countersign: (id: string, task: string, body: { version: number; who: string[]; sequential: boolean; reason: string }) => call<void>('post', `${TASK}/countersign`, { path: { id, task }, body }),
  takeBack: (id: string, task: string, version: number) => call<void>('post', `${TASK}/take-back`, { path: { id, task }, body: { version } }),
  jump: (id: string, task: string, body: { version: number; element: string; reason: string }) => call<void>('post', `${TASK}/jump`, { path: { id, task }, body }),
  fill: (id: string, task: string, body: { version: number; data: Record<string, unknown> }) => call<void>('put', `${TASK}/form`, { path: { id, task }, body }),
  colleagues: (id: string, task: string, query: { q: string; for: ColleagueFor; limit: number }) => call<Page<Colleague>>('get', `${TASK}/colleagues`, { path: { id, task }, query }),
  monitor: (key: string) => call<FlowMonitor>('get', `${FLOW}/monitor`, { path: { key } }),
  cases: (key: string, query: FlowCaseQuery) => call<Page<FlowCase>>('get', `${FLOW}/cases`, { path: { key }, query: { ...query } }),
  migrate: (key: string, body: FlowMigration) => call<FlowMoved>('post', `${FLOW}/migrate`, { path: { key }, body }),
}
