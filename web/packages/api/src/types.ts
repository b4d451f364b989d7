/** The shapes of the server's answers and requests. Names are those of the OpenAPI document. */
import type { OnBehalf } from './delegation.ts'
import type { Narrow, S, Whole } from './typed.ts'

// Names of the OpenAPI document (schema.d.ts), with what it leaves open said exactly.

// ---------- common ----------
export type TimeUnit = 'working_day' | 'natural_day' | 'hour' | 'minute' | 'month'
export type TimeLimit = Narrow<Whole<S['TimeLimit']>, { unit: TimeUnit }>
export type Light = 'normal' | 'warning' | 'overdue' | 'paused' | 'done'
export interface TimeLeft { light: Light; text: string; due_date: string | null; share_used: number }
export interface DeadlineLine { kind: 'start' | 'limit' | 'excluded' | 'pause' | 'extension' | 'due'; label?: string; text: string; amount: string }
export interface DeadlineDay {
  date: string
  kind: 'working' | 'make_up' | 'weekend' | 'holiday'
  name: string | null
  count: number | null
  paused: boolean
  is_due: boolean
  is_today: boolean
}
/** A computed date with its reasons, so that a screen can explain it line by line. */
export interface Deadline {
  kind: 'promise' | 'legal' | 'intake' | 'tolerance'
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
export type FileRef = Whole<S['FileRef']> & { pages?: number | null; version_no?: number | null }
export type CaseState =
  | 'draft' | 'submitted' | 'pre_reviewed' | 'correction' | 'accepted' | 'in_review' | 'special'
  | 'decided' | 'closed' | 'delivered' | 'not_accepted' | 'withdrawn' | 'voided'
/** A keyset page with an exact total and the time of its data. */
export interface Page<T> { items: T[]; total: number; next: string | null; as_of: string }
export type DocumentRef = Whole<S['DocumentRef']>
export interface DocumentLink { id: string; name: string }
export type LicenceRef = Whole<S['LicenceRef']>
export type ApplicantKind = 'person' | 'enterprise'
export type Address = S['Address']
export type DeliveryWay = 'self' | 'post' | 'electronic'
export interface Delivery { way: DeliveryWay; address: Address | null; delivered_at?: string | null; receiver_name?: string | null; waybill?: string | null }
export type Handing = 'upload' | 'licence' | 'window' | 'later' | 'paper' | 'scan'
/** A form of schema `tongban-form/1`; its runtime lives in @tongban/form-runtime. */
export type FormSchema = Record<string, unknown>
export type FormData = Record<string, unknown>
export type SituationAnswers = Record<string, string | string[]>

// ---------- site and catalogue ----------
export type Site = Whole<S['Site']>
export type ItemCard = Narrow<Whole<S['ItemCard']>, { promise: TimeLimit }>
export type Region = Whole<S['RegionView']>
export type Facet = S['Facet']
export type ItemSearch = Narrow<Whole<S['Found']>, { items: ItemCard[] }>
export type ItemSuggestions = S['Suggestions']
export type Themes = Whole<S['Themes']>
export type HandleItem = Whole<S['HandleItem']>
export type SituationOption = Whole<S['SituationOption']>
export type Situation = Narrow<Whole<S['Situation']>, { kind: 'single' | 'multi' }>
export type ConditionOption = Whole<S['ConditionOption']>
export type Condition = Narrow<Whole<S['Condition']>, { check: 'manual' | 'data' }>
export type ReviewPoint = Narrow<S['ReviewPoint'], { kind: 'formal' | 'substantive'; for: 'window' | 'approver' }>
export type Necessity = '1' | '2' | '3'
export type GuideMaterial = Narrow<Whole<S['GuideMaterial']>, { necessity: Necessity; review_points: ReviewPoint[] }>
export type Guide = Narrow<Whole<S['Guide']>, { situations: Situation[]; conditions: Condition[]; materials: GuideMaterial[]; review_points: ReviewPoint[] }>
export type SpecialProcedure = Whole<S['SpecialProcedure']>
export interface ResolveRequest { handle_item: string; situations: SituationAnswers; conditions: SituationAnswers }
export type ResolvedMaterial = Narrow<Whole<S['ResolvedMaterial']>, { necessity: Necessity }>
export type Resolution = Narrow<Whole<S['Resolution']>, { materials: ResolvedMaterial[] }>

// ---------- citizens ----------
export type PortalMe = Whole<S['Me']>
export type MyCaseRow = Narrow<Whole<S['List_MyCaseRow']['items'][number]>, { state: CaseState; time_left: TimeLeftView | null }> & Pick<OnBehalf, 'applicant_name' | 'acting'> & { agent_name?: string | null }
export interface MyCases extends Page<MyCaseRow> { counts: { todo: number; open: number; done: number; draft: number } }
export type DraftMaterial = Narrow<Whole<S['DraftMaterial']>, { necessity: Necessity; files: FileRef[]; handing: Handing | null }> & { /** Why whoever acts may not hand it in. */ out_of_grant?: string | null }
/** Something to mend: `/form/area`, `/materials/m03`, `/conditions/…`, `/consents/agreed`, `/delivery/address`. */
export type CheckProblem = S['StepProblem']
/** A field compared with what others know. */
export type FieldCheck = Narrow<Whole<S['FieldCheck']>, { result: 'trusted' | 'differs' | 'not_verifiable' }>
export type FormWarning = S['FormWarning']
export type SampleForm = S['SampleForm']
export interface SampleForms { items: SampleForm[]; total: number }
/** A stretch of text of a drawn sheet: printed, a line to write on, or written on it. */
export type DrawnRun = { plain: string } | { blank: number } | { filled: string }
export type DrawnBlock =
  | { kind: 'heading'; text: string }
  | { kind: 'text'; indent: boolean; runs: DrawnRun[] }
  | { kind: 'items'; lines: DrawnRun[][] }
  | { kind: 'choices'; label: string | null; options: { text: string; picked: boolean }[] }
  | { kind: 'pairs'; rows: { label: string; runs: DrawnRun[] }[] }
  | { kind: 'table'; head: string[]; widths: number[]; rows: string[][] }
  | { kind: 'plan'; caption: string }
  | { kind: 'sign'; lines: { who: string; name: string | null }[]; date: string | null }
export interface Drawn { title: string; mark: string; purpose: string | null; note: string | null; specimen: boolean; blocks: DrawnBlock[] }
export type SheetPair = Narrow<Whole<S['SheetPair']>, { blank: Drawn | null; sample: Drawn | null }>
export type CaseDraft = Narrow<Whole<S['DraftView']>, { conditions: SituationAnswers; situations: SituationAnswers; form: FormData; materials: DraftMaterial[]; delivery: Delivery; comparisons: FieldCheck[] }> & OnBehalf
export type MyCaseEvent = Omit<Whole<S['EventView']>, 'actor'>
export type TodoItem = Whole<S['TodoItem']>
export type MyCaseMaterial = Narrow<Omit<Whole<S['MaterialView']>, 'review_points'>, { necessity: Necessity; handing: Handing | ''; status: DeskMaterialStatus; files: RoundFile[] }>
export type MyCase = Narrow<Whole<S['MyCase']>, {
  state: CaseState; todo: null | Narrow<Whole<S['Todo']>, { kind: 'correction' | 'tolerance' | 'rating' | 'collect' }>
  /** Before acceptance the answer, afterwards promise and law. */
  deadlines: DeadlineView[]
  events: MyCaseEvent[]; form: { data: FormData; schema: FormSchema }; materials: MyCaseMaterial[]; delivery: Delivery
}> & Pick<OnBehalf, 'agent' | 'acting' | 'steps'>
export type Rating = Whole<S['RatingView']>
export type CaseRating = Whole<S['CaseRating']>
export type RatingReasons = Whole<S['ReasonList']>
export type MyLicence = Whole<S['LicenceRow']>
export type Captcha = S['Captcha']
export type Progress = Narrow<Whole<S['Progress']>, { events: MyCaseEvent[] }>
/** How a licence stands, asked by code or by file; the signatures and the words for a file come with the latter. */
export type LicenceVerdict = Pick<Whole<S['CodeAnswer']>, 'valid' | 'verdict' | 'licence' | 'checked_at'> & Partial<Pick<Whole<S['FileAnswer']>, 'text' | 'signatures'>>

// ---------- staff ----------

/** With what the page of the password needs; the generated type may name it already. */
export type StaffMe = Whole<S['StaffMe']> & { must_change_password?: boolean; password_expires_on?: string | null }
/** Time left as lists show it. */
export type TimeLeftView = Narrow<Whole<S['TimeLeft']>, { light: Light }>
export interface LedgerLine { kind: 'start' | 'limit' | 'extension' | 'excluded' | 'make_up' | 'pause' | 'moved' | 'used' | 'due'; label: string; text: string; amount: string }
export interface LedgerDay {
  date: string; kind: 'working' | 'make_up' | 'weekend' | 'holiday'; name?: string | null; count: number | null; paused: boolean; is_today: boolean; is_due: boolean
  mark: string; note: string
}
/** The whole explanation of a due date. The document calls it an object; its parts are those of the deadline engine. */
export interface Ledger {
  state: 'running' | 'paused' | 'overdue' | 'met' | 'missed'; as_of: string; started_at: string; due_at: string | null; due_date: string | null; due_text: string
  left_text: string; unit: TimeUnit; total: number; used: number; left: number; overdue_by: number; percent_used: number; lines: LedgerLine[]; days: LedgerDay[]
}
export type DeadlineView = Narrow<Whole<S['DeadlineView']>, { kind: 'intake' | 'promise' | 'legal' | 'tolerance'; light: Light; ledger: Ledger | null }>
export type CaseRow = Narrow<Whole<S['CaseRow']>, { state: CaseState; time_left: TimeLeftView | null }>
/** Why a task is on somebody's list: named for it, by role, in another's name, to give an opinion. */
export type TaskMark = 'mine' | 'role' | 'delegated' | 'joint'
export type TaskRow = Narrow<Whole<S['TaskRow']>, { case: CaseRow; mark?: TaskMark | null }>
export type Workbench = Narrow<Whole<S['Workbench']>, { tasks: TaskRow[] }>
/** Counts are by state, under every filter but the state. */
export interface CaseList extends Page<CaseRow> {
  counts: Record<string, number>
  /** First day that was looked at, because earlier years are closed; null when every year was. */
  since?: string | null
}
export interface CaseFilters {
  /** A state, or `open`, `done`, `correction_back`. */
  state?: string
  q?: string; item?: string; channel?: string
  light?: 'overdue' | 'today' | 'warning' | 'normal' | 'paused' | 'instant' | 'instant_late' | ''
  from?: string; to?: string; sort?: 'time_left' | 'submitted_at'; limit?: number; cursor?: string
  /** Closed years too. */
  years?: 'all'
}
export type BoardColumn = Narrow<Whole<S['BoardColumn']>, { light: 'overdue' | 'today' | 'warning' | 'normal' | 'paused'; items: CaseRow[] }>

export type DeskMaterialStatus = 'ok' | 'missing' | 'later' | 'exempt' | 'generated' | 'corrected'
export type CheckedPoint = Narrow<Whole<S['CheckedPoint']>, { kind: ReviewPoint['kind']; for: ReviewPoint['for']; checked: 'yes' | 'no' | null }>
export type RoundFile = Whole<S['RoundFile']> & { pages?: number | null }
export type DeskMaterial = Narrow<Whole<S['MaterialView']>, { necessity: Necessity; handing: Handing | ''; status: DeskMaterialStatus; files: RoundFile[]; review_points: CheckedPoint[] }>
export type DeskEvent = Whole<S['EventView']>
export type Opinion = Narrow<Whole<S['Opinion']>, { files: FileRef[] }>
/** A step of this case's flow; the guide has steps of its own shape. */
export type FlowStep = Narrow<Whole<S['CaseFlowStep']>, { state: 'done' | 'now' | 'todo' }>
export type CaseActionKey =
  | 'pre_review' | 'accept' | 'request_correction' | 'not_accept' | 'complete' | 'suspend' | 'resume'
  | 'extend' | 'decide_extension' | 'abort' | 'urge' | 'deliver' | 'void' | 'receive_tolerated' | 'return_tolerated'
export type CaseAction = Narrow<Whole<S['Action']>, { key: CaseActionKey }>
/** What the own task says beyond its outcomes. */
export type TaskRights = Pick<Whole<S['MyTask']>, 'buttons' | 'joint' | 'on_behalf_of' | 'may_choose' | 'writable' | 'due_on'>
/** What a case says of its flow beyond the own task. */
export type CaseRunning = Pick<Whole<S['DeskCase']>, 'tasks' | 'take_back' | 'jump_targets'>
export type MyTask = Narrow<Whole<S['MyTask']>, TaskRights>
export type MaskedApplicant = Narrow<Whole<S['MaskedApplicant']>, { kind: ApplicantKind }>
export type Procedure = Whole<S['Procedure']>
export type SpecialRecord = Whole<S['SpecialView']>
export type ExtensionRecord = Whole<S['ExtensionView']>
export type UrgeRecord = Whole<S['UrgeView']>
export type DeskCase = Narrow<Whole<S['DeskCase']>, {
  state: CaseState; applicant: MaskedApplicant; agent: MaskedApplicant | null; form: { schema: FormSchema; data: FormData }; materials: DeskMaterial[]
  comparisons: FieldCheck[]; review_points: CheckedPoint[]; deadlines: DeadlineView[]; opinions: Opinion[]; flow: FlowStep[]; actions: CaseAction[]; my_task: MyTask | null
  delivery: Narrow<Whole<S['DeliveryView']>, { way: DeliveryWay }>
} & CaseRunning>
export type CorrectionItem = S['Defect']
export type MaterialChanges = Whole<S['MaterialChanges']>
export type CompleteTask = Narrow<S['CompleteTaskRequest'], { checks: Record<string, Record<string, 'yes' | 'no'>> }>
export type DeliverRequest = S['Deliver']
/** `id_number` is the identity number of a person or the unified social credit code of an enterprise. */
export type CounterApplicant = S['CounterApplicant']
export type CounterCase = Narrow<S['CounterApplication'], {
  situations: SituationAnswers; form: FormData; materials: Record<string, { handing: Handing; files: string[] }>; delivery: { way: DeliveryWay; address?: Address | null }
}>
export type HeldLicence = Whole<S['HeldLicence']>
export type PrinterOffset = { x: number; y: number }
/** A sheet of pre-printed licence stock; offsets are tenths of a millimetre. */
export type StockSheet = Narrow<Whole<S['StockSheet']>, { offset: PrinterOffset }>
export type OverprintStatus = Narrow<Whole<S['OverprintStatus']>, { sheets: StockSheet[]; printers: { name: string; offset: PrinterOffset }[] }>
export type CounterCheck = Narrow<Whole<S['CounterCheck']>, { materials: ResolvedMaterial[] }>
export type Receipt = Whole<S['Receipt']>

// ---------- calendars and catalogue administration ----------
export type CalendarYear = Narrow<Whole<S['YearView']>, { holidays: { date: string; name: string; in_lieu?: boolean }[]; make_up: { date: string; for: string }[] }>
export type CalendarChange = S['Changed']
export type CatalogueNode = Narrow<S['Node'], { kind: 'catalogue' | 'sub' | 'item' | 'handle_item'; children: CatalogueNode[] }>
/** `left_out` entries are not shown because there are too many; a search finds them. */
export type CatalogueTree = Narrow<Whole<S['CatalogueTree']>, { nodes: CatalogueNode[] }>
export type AdminItemRow = Whole<S['AdminItemRow']>
export type Finding = Whole<S['Finding']>
// The content is item.yaml as JSON; the editor walks it by its own description of the elements.
export type ItemContent = Record<string, unknown>
/** The files beside an item, as texts: form JSON, BPMN, DMN. */
export type ItemFiles = Whole<S['ItemFiles']>
/** Keys of the design library instead of files. */
export type ItemDefinitions = Whole<S['ItemDefinitions']>
/** `version` counts every change, also of drafts; `published_version` is what the public sees, 0 before the first publication. */
export type AdminItem = Narrow<Whole<S['AdminItem']>, { content: ItemContent }>
export type Difference = Narrow<S['Difference'], { from: unknown; to: unknown }>
