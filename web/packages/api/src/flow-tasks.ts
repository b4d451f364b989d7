/** The running of flows: the tasks of a case and who does them, how many cases stand where, moving them to another version. All throw `ApiProblem`. */
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'
import type { Page } from './types.ts'

export type TaskButtonAction = S['StepAction']
export type TaskButton = Whole<S['StepButton']>
export type JointVote = Whole<S['JointVote']>
/** A step that several people do: it passes when `ratio` percent of them, which is `needed`, have passed it. */
export type JointReview = Whole<S['JointView']>
export type CaseTask = Whole<S['OpenTask']>
export type TaskBack = S['TakeableTask']
export type JumpTarget = S['Returnable']
/** `transfer`: who may take the task over; `countersign`: who may give an opinion, whatever the role. */
export type ColleagueFor = 'transfer' | 'countersign'
export type Colleague = S['Colleague']
/** A step that would follow, and who can be chosen for it. */
export type NextStep = Whole<S['NextStep']>

export type FlowVersion = S['RunningFlowVersion']
export type FlowNode = Whole<S['RunningFlowNode']>
export type FlowMonitor = Whole<S['FlowMonitor']>
export type FlowCase = Whole<S['FlowCase']>
/** As an address holds it: a version may be a text. */
export type FlowCaseQuery = Narrow<QueryFor<'/api/v1/flows/{key}/cases'>, { version?: string | number }>
export type FlowMigration = Whole<Narrow<S['MigrateFlow'], { mapping: Record<string, string> }>>
export type MovedCase = Whole<S['CaseMigration']>
/** `more`: there are further cases than were looked at in one go. */
export type FlowMoved = Whole<S['FlowMigration']>

const TASK = '/api/v1/cases/{id}/tasks/{task}'
const FLOW = '/api/v1/flows/{key}'

export const flowTasks = {
  transfer: (id: string, task: string, body: Required<S['TransferTask']>) => ask('post', `${TASK}/transfer`, { path: { id, task }, body }),
  countersign: (id: string, task: string, body: Required<S['CountersignTask']>) => ask('post', `${TASK}/countersign`, { path: { id, task }, body }),
  takeBack: (id: string, task: string, version: number) => ask('post', `${TASK}/take-back`, { path: { id, task }, body: { version } }),
  jump: (id: string, task: string, body: S['JumpTask']) => ask('post', `${TASK}/jump`, { path: { id, task }, body }),
  fill: (id: string, task: string, body: { version: number; data: Record<string, unknown> }) => ask('put', `${TASK}/form`, { path: { id, task }, body }),
  colleagues: (id: string, task: string, query: { q: string; for: ColleagueFor; limit: number }) => ask('get', `${TASK}/colleagues`, { path: { id, task }, query }),
  next: (id: string, task: string, outcome: string) => ask('get', `${TASK}/next`, { path: { id, task }, query: { outcome } }),
  monitor: (key: string) => ask('get', `${FLOW}/monitor`, { path: { key } }),
  cases: (key: string, { version, ...query }: FlowCaseQuery) => said<Page<FlowCase>>(ask('get', `${FLOW}/cases`, { path: { key }, query: { ...query, version: version ? Number(version) : undefined } })),
  migrate: (key: string, body: FlowMigration) => ask('post', `${FLOW}/migrate`, { path: { key }, body }),
}
