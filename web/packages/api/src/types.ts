/** The shapes of the server's answers and requests. Names are those of the OpenAPI document. */
import type { components } from './schema.d.ts'

// ---------- common ----------
export type TimeUnit = 'working_day' | 'natural_day' | 'hour' | 'minute' | 'month'
export interface TimeLimit { value: number; unit: TimeUnit; text: string }
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
export interface FileRef { id: string; name: string; size: number; media_type: string; pages?: number | null; uploaded_at: string; version_no?: number | null }
export type CaseState =
  | 'draft' | 'submitted' | 'pre_reviewed' | 'correction' | 'accepted' | 'in_review' | 'special'
  | 'decided' | 'closed' | 'delivered' | 'not_accepted' | 'withdrawn' | 'voided'
/** A keyset page with an exact total and the time of its data. */
export interface Page<T> { items: T[]; total: number; next: string | null; as_of: string }
export interface DocumentRef { id: string; kind: string; name: string; number: string | null; at: string }
export interface DocumentLink { id: string; name: string }
export interface LicenceRef { id: string; name: string; number: string }
export type ApplicantKind = 'person' | 'enterprise'
export interface Address { name: string; phone: string; region: string; address: string }
export type DeliveryWay = 'self' | 'post' | 'electronic'
export interface Delivery { way: DeliveryWay; address: Address | null; delivered_at?: string | null; receiver_name?: string | null; waybill?: string | null }
export type Handing = 'upload' | 'licence' | 'window' | 'later' | 'paper' | 'scan'
/** A form of schema `tongban-form/1`; its runtime lives in @tongban/form-runtime. */
export type FormSchema = Record<string, unknown>
export type FormData = Record<string, unknown>
export type SituationAnswers = Record<string, string | string[]>

// ---------- site and catalogue ----------
export interface Site { name: string; city: string; region: string; hotline: string; host_body: string; run_body: string; today: string; default_district: string; popular_items: string[]; notices: { key: string; title: string; text: string }[] }
export interface ItemCard { slug: string; name: string; summary: string; org_name: string; item_type: string; item_type_label: string; promise: TimeLimit; on_site_times: number; charge: boolean; online: boolean; themes: string[] }
export interface Region { code: string; name: string; level: number; has_children: boolean }
export interface Facet { key: string; label: string; count: number }
export interface ItemSearch { items: ItemCard[]; total: number; facets: { themes: Facet[]; objects: Facet[]; scopes: Facet[]; orgs: Facet[] }; did_you_mean: string[] }
export interface ItemSuggestions { items: { slug: string; name: string; matched: 'name' | 'initials' | 'theme' }[] }
export interface Themes { natural: Facet[]; legal: Facet[]; objects: Facet[]; scopes: Facet[] }
export interface HandleItem { key: string; name: string; code: string }
export interface SituationOption { key: string; label: string; effect?: 'stop' | null; reason?: string | null; goto?: string | null }
export interface Situation { key: string; question: string; hint?: string | null; kind: 'single' | 'multi'; handle_items: string[]; visible_when?: string | null; options: SituationOption[] }
export interface ConditionOption { key: string; label: string; met: boolean; note?: string | null }
export interface Condition { key: string; text: string; necessary: boolean; check: 'manual' | 'data'; question?: string | null; options: ConditionOption[]; handle_items: string[] }
export interface ReviewPoint { key: string; text: string; kind: 'formal' | 'substantive'; for: 'window' | 'approver' }
export type Necessity = '1' | '2' | '3'
export interface GuideMaterial {
  key: string; name: string; order: number; kind_label: string; form_label: string; original_copies: number; photo_copies: number
  source_label: string; necessity: Necessity; necessity_label: string; file_types: string[]; max_mb: number; licence_type: string | null
  exempt_note: string | null; generated: boolean; blank_form: string | null; blank_form_name: string | null; sample: string | null; sample_note: string | null; fill_notes: string | null
  hand_in: string[]; handle_items: string[]; when: string | null; review_points: ReviewPoint[]
}
export interface Guide {
  slug: string; version: number; name: string; summary: string; body: { name: string; uscc: string; nature: string }; item_type: string; item_type_label: string
  facts: { promise: TimeLimit; promise_note: string | null; legal: TimeLimit; legal_note: string | null; on_site_times: number; on_site_reason: string | null; charge: boolean; fee_text: string; results: { name: string; kind_label: string; validity: string | null }[]; consult_phone: string }
  handle_items: HandleItem[]; situations: Situation[]; conditions: Condition[]; materials: GuideMaterial[]
  process: { name: string; role: string; limit: TimeLimit | null; output: string | null }[]
  flow: { name: string; role_label: string; days: number | null; optional: boolean }[]
  places: { name: string; address: string; hours: string; phone: string; windows: string[]; terminal: boolean }[]
  hours: string | null
  legal_basis: { title: string; article: string | null; doc_no: string | null; kind: string }[]
  remedies: { review: string; lawsuit: string } | null; rights: string[]; duties: string[]; complaint_phone: string
  codes: { basic: string; task: string }; region_name: string; service_objects: string[]; case_type_label: string; online_depth: string; online_depth_label: string; acceptance: TimeLimit
  handle_forms: string[]; handle_area: string; channels: string[]; commitment: { supported: boolean; kind: string | null }
  tolerance: { supported: boolean; days: number | null }; special_procedures: SpecialProcedure[]; fees: unknown; quantity_limit: string | null
  intermediary: unknown[]; faq: { q: string; a: string }[]; updated_at: string
}
export interface SpecialProcedure { key: string; name: string; limit?: { value: number; unit: TimeUnit } | null; counts_in_limit?: boolean; note?: string | null }
export interface ResolveRequest { handle_item: string; situations: SituationAnswers; conditions: SituationAnswers }
export interface ResolvedMaterial { key: string; name: string; needed: boolean; because: string | null; necessity: Necessity; exempt: boolean; generated: boolean }
export interface Resolution {
  questions: string[]; answered: boolean; stops: { key: string; reason: string; goto: string | null }[]; materials: ResolvedMaterial[]
  unmet: { key: string; text: string; reason: string }[]; counts: { needed: number; prepare: number; generated: number; exempt: number }
}

// ---------- citizens ----------
export interface PortalMe {
  account: {
    id: string; kind: ApplicantKind; name: string; id_number_masked: string; phone_masked: string; email: string; display_name: string
    real_name: boolean; enterprise: { name: string; uscc: string; legal_person: string; address: string } | null; version: number
  }
}
export interface MyCaseRow {
  id: string; case_number: string | null; item_slug: string; item_name: string; handle_item_name: string; state: CaseState; state_label: string
  todo: string | null; step_name: string; time_left: TimeLeftView | null; updated_at: string; submitted_at: string | null
}
export interface MyCases extends Page<MyCaseRow> { counts: { todo: number; open: number; done: number; draft: number } }
export interface DraftMaterial {
  key: string; name: string; necessity: Necessity; because: string | null; file_types: string[]; max_mb: number
  /** Name of the licence we hold in its place. */
  exempt: string | null
  exempt_note: string | null; generated: boolean; fill_notes: string | null; hand_in: string[]; may_follow: boolean; files: FileRef[]; handing: Handing | null
}
/** Something to mend: `/form/area`, `/materials/m03`, `/conditions/…`, `/consents/agreed`, `/delivery/address`. */
export interface CheckProblem { pointer: string; code: string; message: string; step: number }
export interface CaseDraft {
  id: string; version: number; item: { slug: string; name: string; version: number }; handle_item: { key: string; name: string }; step: number
  conditions: SituationAnswers; situations: SituationAnswers; consents: { authorised: boolean; agreed: boolean }; form: FormData
  prefilled: { key: string; locked: boolean }[]; materials: DraftMaterial[]; delivery: Delivery; saved_at: string; problems: CheckProblem[]
}
export interface MyCaseEvent { no: number; kind: string; public_kind: string | null; title: string; at: string; text: string; document: DocumentRef | null }
export interface TodoItem { material_key: string | null; field_key: string | null; name: string; reason: string }
export interface MyCaseMaterial {
  key: string; name: string; necessity: Necessity; handing: Handing | ''; status: DeskMaterialStatus; files: RoundFile[]; file_types: string[]; max_mb: number
}
export interface MyCase {
  id: string; version: number; case_number: string; query_code: string; item: { slug: string; name: string; version: number }; handle_item_name: string
  applicant_name: string; org_name: string; org_phone: string; state: CaseState; state_label: string; step_name: string
  todo: null | { kind: 'correction' | 'rating' | 'collect'; title: string; text: string; until: string | null; items: TodoItem[] }
  /** Before acceptance the answer, afterwards promise and law. */
  deadlines: DeadlineView[]
  events: MyCaseEvent[]; next: string[]; documents: DocumentRef[]; licence: LicenceRef | null
  form: { data: FormData; schema: FormSchema }; materials: MyCaseMaterial[]; delivery: Delivery
  result: { kind: string; label: string; reason: string | null } | null
  can: { withdraw: boolean; supply: boolean; rate: boolean; change_delivery: boolean }
}
export interface Rating { stars: number; label: string; reasons: string[]; text: string; times: number; rated_at: string }
export interface CaseRating { case: { item_name: string; closed_at: string | null; finished: boolean }; rating: Rating | null }
export interface RatingReasons {
  version: number; grades: { stars: number; name: string; bad: boolean }[]; by_stars: Record<string, { code: string; text: string }[]>
}
export interface MyLicence {
  id: string; name: string; number: string; identifier: string; holder_name: string; issuer: string; item_name: string; case_id: string; case_number: string
  issued_at: string; expires_at: string | null; state: string; state_label: string; verify_url: string
}
export interface Captcha { id: string; question: string; svg: string }
export interface Progress { item_name: string; state_label: string; events: MyCaseEvent[]; deadline_text: string | null; org_name: string; org_phone: string }
export interface LicenceVerdict {
  valid: boolean; verdict: string
  /** What the verdict means, for a file. */
  text?: string
  licence: { name: string; number: string; identifier: string; holder_masked: string; issuer: string; issued_at: string; expires_at: string | null; abolish_reason: string | null } | null
  checked_at: string
  signatures?: { seal: string; signer: string; signed_at: string | null; intact: boolean; trusted: boolean; covers_whole_file: boolean; problem: string | null }[]
}

// ---------- staff: names of the OpenAPI document (schema.d.ts), with what it leaves open said exactly ----------
type S = components['schemas']
/** The server writes absent values as null, never leaves them out; the document only says "optional". */
type Whole<T> = T extends (infer U)[] ? Whole<U>[] : T extends object ? { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> } : T
type Narrow<T, U> = Omit<T, keyof U> & U

export type StaffMe = Whole<S['StaffMe']>
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
export type DeadlineView = Narrow<Whole<S['DeadlineView']>, { kind: 'intake' | 'promise' | 'legal'; light: Light; ledger: Ledger | null }>
export type CaseRow = Narrow<Whole<S['CaseRow']>, { state: CaseState; time_left: TimeLeftView | null }>
export type TaskRow = Narrow<Whole<S['TaskRow']>, { case: CaseRow }>
export type Workbench = Narrow<Whole<S['Workbench']>, { tasks: TaskRow[] }>
/** Counts are by state, under every filter but the state. */
export interface CaseList extends Page<CaseRow> { counts: Record<string, number> }
export interface CaseFilters {
  /** A state, or `open`, `done`, `correction_back`. */
  state?: string
  q?: string; item?: string; channel?: string
  light?: 'overdue' | 'today' | 'warning' | 'normal' | 'paused' | ''
  from?: string; to?: string; sort?: 'time_left' | 'submitted_at'; limit?: number; cursor?: string
}
export type BoardColumn = Narrow<Whole<S['BoardColumn']>, { light: 'overdue' | 'today' | 'warning' | 'normal' | 'paused'; items: CaseRow[] }>

export type DeskMaterialStatus = 'ok' | 'missing' | 'later' | 'exempt' | 'generated' | 'corrected'
export type CheckedPoint = Narrow<Whole<S['CheckedPoint']>, { kind: ReviewPoint['kind']; for: ReviewPoint['for']; checked: 'yes' | 'no' | null }>
export type RoundFile = Whole<S['RoundFile']> & { pages?: number | null }
export type DeskMaterial = Narrow<Whole<S['MaterialView']>, { necessity: Necessity; handing: Handing | ''; status: DeskMaterialStatus; files: RoundFile[]; review_points: CheckedPoint[] }>
export type DeskEvent = Whole<S['EventView']>
export type Opinion = Narrow<Whole<S['Opinion']>, { files: FileRef[] }>
/** A step of this case's flow; the guide has steps of its own shape. */
export interface FlowStep { element: string; name: string; state: 'done' | 'now' | 'todo'; by: string | null; at: string | null }
export type CaseActionKey =
  | 'pre_review' | 'accept' | 'request_correction' | 'not_accept' | 'complete' | 'suspend' | 'resume'
  | 'extend' | 'decide_extension' | 'abort' | 'urge' | 'deliver' | 'void'
export type CaseAction = Narrow<Whole<S['Action']>, { key: CaseActionKey }>
export type MyTask = Whole<S['MyTask']>
export type MaskedApplicant = Narrow<Whole<S['MaskedApplicant']>, { kind: ApplicantKind }>
export type Procedure = Whole<S['Procedure']>
export type SpecialRecord = Whole<S['SpecialView']>
export type ExtensionRecord = Whole<S['ExtensionView']>
export type UrgeRecord = Whole<S['UrgeView']>
export type DeskCase = Narrow<Whole<S['DeskCase']>, {
  state: CaseState; applicant: MaskedApplicant; agent: MaskedApplicant | null; form: { schema: FormSchema; data: FormData }; materials: DeskMaterial[]
  review_points: CheckedPoint[]; deadlines: DeadlineView[]; opinions: Opinion[]; flow: FlowStep[]; actions: CaseAction[]
  delivery: Narrow<Whole<S['DeliveryView']>, { way: DeliveryWay }>
}>
export type CorrectionItem = S['Defect']
export type CompleteTask = Narrow<S['CompleteTaskRequest'], { checks: Record<string, Record<string, 'yes' | 'no'>> }>
export type DeliverRequest = S['Deliver']
/** `id_number` is the identity number of a person or the unified social credit code of an enterprise. */
export type CounterApplicant = S['CounterApplicant']
export type CounterCase = Narrow<S['CounterApplication'], {
  situations: SituationAnswers; form: FormData; materials: Record<string, { handing: Handing; files: string[] }>; delivery: { way: DeliveryWay; address?: Address | null }
}>
export interface CounterCheck { problems: Whole<S['StepProblem']>[]; materials: ResolvedMaterial[]; questions: string[] }
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
/** `version` counts every change, also of drafts; `published_version` is what the public sees, 0 before the first publication. */
export type AdminItem = Narrow<Whole<S['AdminItem']>, { content: ItemContent }>
export type Difference = Narrow<S['Difference'], { from: unknown; to: unknown }>
