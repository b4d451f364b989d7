/** How the system runs: parts, history, chains of calls, alarms, fault tickets, inspections, settings. All throw `ApiProblem`. */
import { address, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'
import type { Page } from './types.ts'

export type PartState = 'ok' | 'off' | 'warn' | 'bad'
export type FaultGrade = 'major' | 'severe' | 'general'
export type FaultExtent = 'warning' | 'partial' | 'system'
export type FaultState = 'open' | 'working' | 'restored' | 'closed'
export type RunPart = Whole<S['RunPart']>
export type RunState = Whole<S['RunState']>
export type RunPlace = RunState['places'][number]
export type RunMetric = Whole<S['RunMetric']>
export type RunCurve = Whole<S['RunCurve']>
export type RunAlarm = Narrow<Whole<S['RunAlarm']>, { grade: FaultGrade; cleared_at: string | null; fault_id: string | null }>
export type RunRule = Narrow<Whole<S['RunRule']>, { when: 'above' | 'below'; changed_at: string | null; changed_by: string | null }>
export type Duties = Whole<S['Duties']>
export type Duty = Duties['items'][number]
export type TraceRow = Narrow<Whole<S['TraceRow']>, { kind: 'request' | 'job'; why: 'slow' | 'error' | 'sample' | 'chain' }>
export type TraceChain = Narrow<Whole<S['TraceChain']>, { links: TraceLink[] }>
export type TraceLink = Narrow<Whole<S['TraceLink']>, { kind: 'request' | 'job'; why: 'slow' | 'error' | 'sample' | 'chain'; parts: TracePart[] }>
export type TracePart = Narrow<Whole<S['TracePart']>, { kind: 'read' | 'write' | 'call' }>
export type WeakPoint = Narrow<Whole<S['WeakPoint']>, { kind: 'request' | 'job' | 'call' }>
export type InspectionKind = 'spot' | 'manual' | 'day' | 'week' | 'month' | 'quarter' | 'drill'
export type InspectionRow = Narrow<Whole<S['InspectionRow']>, { kind: InspectionKind; verdict: 'ok' | 'problems' }>
export type Inspection = Narrow<Whole<S['Inspection']>, { kind: InspectionKind; verdict: 'ok' | 'problems' }>
export type ReportLine = Whole<S['ReportLine']>
export type Drills = Whole<S['Drills']>
export type TargetVerdict = 'none' | 'met' | 'few' | 'missed'
export type OperationKind = 'page' | 'query' | 'complex' | 'third' | 'report'
export type TargetRow = Narrow<Whole<S['TargetRow']>, { verdict: TargetVerdict; share: number | null }>
export type ResourceRow = Narrow<Whole<S['ResourceRow']>, { verdict: TargetVerdict; value: number | null }>
export type CrowdRow = Narrow<Whole<S['CrowdRow']>, { verdict: TargetVerdict; at_once: number | null; online: number | null }>
export type TargetSubsystem = Narrow<Whole<S['TargetSubsystem']>, { shares: string | null }>
export type TargetsTable = Narrow<Whole<S['TargetsTable']>, { items: TargetRow[]; steps: TargetRow[]; loads: TargetRow[]; resources: ResourceRow[]; crowd: CrowdRow; subsystems: TargetSubsystem[] }>
export type TargetsQuery = QueryFor<'/api/v1/operations/targets'>
export type InstallationSetting = Narrow<Whole<S['InstallationSetting']>, { origin: 'default' | 'file' | 'environment' }>
export type ConformityPoint = Narrow<Whole<S['ConformityPoint']>, { stand: 'met' | 'partly' | 'gap' }>
export type ConformityStandard = Narrow<Whole<S['ConformityStandard']>, { points: ConformityPoint[] }>
export type FaultRow = Narrow<Whole<S['FaultRow']>, { state: FaultState }>
export type Fault = Narrow<Whole<S['Fault']>, { state: FaultState }>
export type FaultFigures = Whole<S['FaultFigures']>
export type FaultChoices = Whole<S['FaultChoices']>
export type FaultQuery = QueryFor<'/api/v1/faults'>

const FAULT = '/api/v1/faults/{id}'
const whole = { limit: undefined, cursor: undefined }

export type QuestionOutcome = 'explained' | 'mended' | 'planned' | 'declined'
/** The user manual is to be changed after it, or was. */
export type QuestionManual = Narrow<Whole<S['QuestionManual']>, { side: 'portal' | 'desk' | 'both'; state: 'open' | 'done'; version: number | null; done_at: string | null }>
export type Question = Narrow<Whole<S['Question']>, { kind: 'problem' | 'opinion'; state: 'open' | 'answered'; side: 'portal' | 'desk'; outcome: QuestionOutcome | ''; answered_at: string | null; manual: QuestionManual | null }>
export type QuestionQuery = QueryFor<'/api/v1/questions'>
export type QuestionCategory = Whole<S['QuestionCategory']>
export type FrequentQuestion = Narrow<Whole<S['FrequentQuestion']>, { side: 'portal' | 'desk' | 'both' }>
export const QUESTION_CATEGORIES = ['find', 'fill', 'process', 'account', 'speed', 'simple', 'other'] as const

/** Problems and opinions of citizens, and frequent questions. */
export const myQuestions = {
  mine: () => said<{ items: Question[] }>(ask('get', '/api/v1/my/questions')),
  ask: (body: S['AskQuestion'], key = newKey()) => said<Question>(ask('post', '/api/v1/my/questions', { body, key })),
  faqs: () => said<{ items: FrequentQuestion[] }>(ask('get', '/api/v1/faqs')),
}

export const questions = {
  help: (page: string) => said<{ page: string; text: string; chapter: { key: string; title: string } | null }>(ask('get', '/api/v1/help/{page}', { path: { page } })),
  own: () => said<{ items: Question[] }>(ask('get', '/api/v1/questions/own')),
  ask: (body: S['AskQuestion'], key = newKey()) => said<Question>(ask('post', '/api/v1/questions/own', { body, key })),
  list: (query: QuestionQuery) => said<Page<Question>>(ask('get', '/api/v1/questions', { query })),
  exportAddress: (query: QuestionQuery) => address('/api/v1/questions/export', { query: { ...query, ...whole } }),
  figures: (query: QueryFor<'/api/v1/questions/figures'>) => said<{ items: QuestionCategory[] }>(ask('get', '/api/v1/questions/figures', { query })),
  one: (id: string) => said<Question>(ask('get', '/api/v1/questions/{id}', { path: { id } })),
  answer: (id: string, body: S['AnswerQuestion']) => said<Question>(ask('post', '/api/v1/questions/{id}/answer', { path: { id }, body })),
  faqs: () => said<{ items: FrequentQuestion[] }>(ask('get', '/api/v1/questions/faqs')),
  addFaq: (body: S['KeepFaq'], key = newKey()) => said<{ items: FrequentQuestion[] }>(ask('post', '/api/v1/questions/faqs', { body, key })),
  changeFaq: (id: string, body: S['KeepFaq']) => said<{ items: FrequentQuestion[] }>(ask('put', '/api/v1/questions/faqs/{id}', { path: { id }, body })),
}

export const operations = {
  // --- how it runs ---
  state: () => said<RunState>(ask('get', '/api/v1/operations/state')),
  metrics: () => said<{ items: RunMetric[] }>(ask('get', '/api/v1/operations/metrics')),
  history: (query: QueryFor<'/api/v1/operations/history'>) => said<{ items: RunCurve[] }>(ask('get', '/api/v1/operations/history', { query })),
  settings: () => said<{ items: InstallationSetting[] }>(ask('get', '/api/v1/operations/settings')),

  standards: () => said<{ items: ConformityStandard[] }>(ask('get', '/api/v1/operations/standards')),
  standardsExportAddress: () => address('/api/v1/operations/standards/export', {}),

  // --- what is promised ---
  targets: (query: TargetsQuery) => said<TargetsTable>(ask('get', '/api/v1/operations/targets', { query })),
  targetHistory: (query: QueryFor<'/api/v1/operations/targets/history'>) => said<{ items: RunCurve[] }>(ask('get', '/api/v1/operations/targets/history', { query })),
  targetsExportAddress: (query: TargetsQuery) => address('/api/v1/operations/targets/export', { query }),

  // --- chains of calls ---
  traces: (query: QueryFor<'/api/v1/operations/traces'>) => said<Page<TraceRow>>(ask('get', '/api/v1/operations/traces', { query })),
  trace: (id: string) => said<TraceChain>(ask('get', '/api/v1/operations/traces/{id}', { path: { id } })),
  weakest: (hours: number) => said<{ items: WeakPoint[] }>(ask('get', '/api/v1/operations/weakest', { query: { hours } })),

  // --- alarms ---
  alarms: (query: QueryFor<'/api/v1/operations/alarms'>) => said<Page<RunAlarm>>(ask('get', '/api/v1/operations/alarms', { query })),
  rules: () => said<{ items: RunRule[] }>(ask('get', '/api/v1/operations/rules')),
  changeRule: (key: string, body: S['ChangeRunRule']) => said<RunRule>(ask('put', '/api/v1/operations/rules/{key}', { path: { key }, body })),
  duties: () => said<Duties>(ask('get', '/api/v1/operations/duties')),
  addDuty: (body: S['AddDuty'], key = newKey()) => said<Duties>(ask('post', '/api/v1/operations/duties', { body, key })),
  removeDuty: (id: string) => said<Duties>(ask('delete', '/api/v1/operations/duties/{id}', { path: { id } })),

  // --- inspections ---
  inspections: (query: QueryFor<'/api/v1/operations/inspections'>) => said<Page<InspectionRow>>(ask('get', '/api/v1/operations/inspections', { query })),
  inspection: (id: string) => said<Inspection>(ask('get', '/api/v1/operations/inspections/{id}', { path: { id } })),
  inspectionExportAddress: (id: string) => address('/api/v1/operations/inspections/{id}/export', { path: { id } }),
  inspect: (key = newKey()) => said<Inspection>(ask('post', '/api/v1/operations/inspections', { key })),
  drills: () => said<Drills>(ask('get', '/api/v1/operations/drills')),
  noteDrill: (body: S['NoteDrill'], key = newKey()) => said<Inspection>(ask('post', '/api/v1/operations/drills', { body, key })),

  // --- fault tickets ---
  faults: (query: FaultQuery) => said<Page<FaultRow>>(ask('get', '/api/v1/faults', { query })),
  faultsExportAddress: (query: FaultQuery) => address('/api/v1/faults/export', { query: { ...query, ...whole } }),
  faultFigures: (query: QueryFor<'/api/v1/faults/figures'>) => said<FaultFigures>(ask('get', '/api/v1/faults/figures', { query })),
  faultChoices: () => said<FaultChoices>(ask('get', '/api/v1/faults/choices')),
  fault: (id: string) => said<Fault>(ask('get', FAULT, { path: { id } })),
  openFault: (body: S['OpenFault'], key = newKey()) => said<Fault>(ask('post', '/api/v1/faults', { body, key })),
  acknowledgeFault: (id: string, version: number) => said<Fault>(ask('post', `${FAULT}/acknowledge`, { path: { id }, body: { version } })),
  arriveAtFault: (id: string, version: number) => said<Fault>(ask('post', `${FAULT}/arrive`, { path: { id }, body: { version } })),
  noteFault: (id: string, body: S['FaultWords']) => said<Fault>(ask('post', `${FAULT}/note`, { path: { id }, body })),
  raiseFault: (id: string, body: S['RaiseFault']) => said<Fault>(ask('post', `${FAULT}/raise`, { path: { id }, body })),
  restoreFault: (id: string, body: S['FaultWords']) => said<Fault>(ask('post', `${FAULT}/restore`, { path: { id }, body })),
  reopenFault: (id: string, body: S['FaultWords']) => said<Fault>(ask('post', `${FAULT}/reopen`, { path: { id }, body })),
  closeFault: (id: string, body: S['FaultWords']) => said<Fault>(ask('post', `${FAULT}/close`, { path: { id }, body })),
}
