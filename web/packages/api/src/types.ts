/** The shapes of the server's answers and requests. Names are those of the OpenAPI document. */

// ---------- common ----------
export type TimeUnit = 'working_day' | 'natural_day' | 'hour' | 'minute' | 'month'
export interface TimeLimit { value: number; unit: TimeUnit; text: string }
export type Light = 'normal' | 'warning' | 'overdue' | 'paused' | 'done'
export interface TimeLeft { light: Light; text: string; due_date: string | null; share_used: number }
export interface DeadlineLine { kind: 'start' | 'limit' | 'excluded' | 'pause' | 'extension' | 'due'; text: string; amount: string }
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

// ---------- staff ----------
export interface StaffMe {
  id: string; login: string; name: string; title: string; org: { id: string; name: string }; roles: { key: string; label: string }[]; permissions: string[]
  windows: { id: string; number: string; hall: string }[]; region_name: string
}
/** Time left as lists show it. */
export interface TimeLeftView { light: Light; text: string; due_date: string | null; percent_used: number }
export interface LedgerLine { kind: 'start' | 'limit' | 'extension' | 'excluded' | 'make_up' | 'pause' | 'moved' | 'used' | 'due'; label: string; text: string; amount: string }
export interface LedgerDay {
  date: string; kind: 'working' | 'make_up' | 'weekend' | 'holiday'; name?: string | null; count: number | null; paused: boolean; is_today: boolean; is_due: boolean
  mark: string; note: string
}
/** The whole explanation of a due date. */
export interface Ledger {
  state: 'running' | 'paused' | 'overdue' | 'met' | 'missed'; as_of: string; started_at: string; due_at: string | null; due_date: string | null; due_text: string
  left_text: string; unit: TimeUnit; total: number; used: number; left: number; overdue_by: number; percent_used: number; lines: LedgerLine[]; days: LedgerDay[]
}
export interface DeadlineView { kind: 'intake' | 'promise' | 'legal'; label: string; limit_text: string; light: Light; ledger: Ledger | null; problem: string | null }
export interface CaseRow {
  id: string; version: number; case_number: string; item_name: string; handle_item_name: string; applicant_name: string; state: CaseState; state_label: string
  channel_label: string; org_name: string; step_name: string; accepted_at: string | null; submitted_at: string | null
  time_left: TimeLeftView | null; used_text: string
}
export interface TaskRow { id: string; stage: string; name: string; created_at: string; case: CaseRow }
export interface Workbench {
  date_text: string; sentence: string; tasks: TaskRow[]; task_total: number
  counts: { to_accept: number; to_review: number; correction_back: number; overdue: number; paused: number; to_deliver: number }
  week: { date: string; received: number; accepted: number; closed: number; on_time: number }[]
  reminders: { id: string; text: string; at: string }[]
}
/** Counts are by state, under every filter but the state. */
export interface CaseList extends Page<CaseRow> { counts: Record<string, number> }
export interface CaseFilters {
  /** A state, or `open`, `done`, `correction_back`. */
  state?: string
  q?: string; item?: string; channel?: string
  light?: 'overdue' | 'today' | 'warning' | 'normal' | 'paused' | ''
  from?: string; to?: string; sort?: 'time_left' | 'submitted_at'; limit?: number; cursor?: string
}
export interface BoardColumn { light: 'overdue' | 'today' | 'warning' | 'normal' | 'paused'; label: string; count: number; items: CaseRow[] }

export type DeskMaterialStatus = 'ok' | 'missing' | 'later' | 'exempt' | 'generated' | 'corrected'
export interface CheckedPoint extends ReviewPoint { checked: 'yes' | 'no' | null }
export interface RoundFile extends FileRef { version_no: number }
export interface DeskMaterial {
  key: string; name: string; necessity: Necessity; handing: Handing | ''; status: DeskMaterialStatus; files: RoundFile[]; review_points: CheckedPoint[]
  file_types: string[]; max_mb: number
}
export interface DeskEvent { no: number; kind: string; public_kind: string | null; title: string; at: string; actor: string | null; text: string; document: DocumentRef | null }
export interface Opinion { step: string; by: string; outcome: string; text: string; at: string | null; files: FileRef[] }
export interface FlowStep { element: string; name: string; state: 'done' | 'now' | 'todo'; by: string | null; at: string | null }
export type CaseActionKey =
  | 'pre_review' | 'accept' | 'request_correction' | 'not_accept' | 'complete' | 'suspend' | 'resume'
  | 'extend' | 'decide_extension' | 'abort' | 'urge' | 'deliver' | 'void'
export interface CaseAction { key: CaseActionKey; label: string; allowed: boolean; why_not: string | null }
export interface MyTask {
  id: string; name: string; stage: string
  /** Empty for intake and delivery, which have acts of their own. */
  outcomes: { key: string; label: string }[]
  returnable: { element: string; name: string }[]
}
export interface MaskedApplicant { kind: ApplicantKind; name: string; id_masked: string; phone_masked: string; legal_person: string | null }
export interface Procedure { key: string; name: string; counts_in_limit: boolean }
export interface SpecialRecord { id: string; name: string; reason: string; expected: string | null; started_at: string; ended_at: string | null; result: string | null }
export interface ExtensionRecord { id: string; length: string; reason: string; state: 'asked' | 'approved' | 'refused' | string; asked_by: string; decided_by: string | null }
export interface UrgeRecord { id: string; order: boolean; text: string; by: string; at: string; reply: string | null; replied_by: string | null }
export interface DeskCase {
  id: string; version: number; case_number: string; item: { slug: string; name: string; version: number }; handle_item_name: string; channel_label: string
  applicant: MaskedApplicant; agent: MaskedApplicant | null; org_name: string; state: CaseState; state_label: string; step_name: string
  form: { schema: FormSchema; data: FormData }; materials: DeskMaterial[]; review_points: CheckedPoint[]; deadlines: DeadlineView[]
  events: DeskEvent[]; opinions: Opinion[]; documents: DocumentRef[]; my_task: MyTask | null; flow: FlowStep[]; actions: CaseAction[]
  procedures: Procedure[]; special: SpecialRecord[]; extensions: ExtensionRecord[]; urges: UrgeRecord[]; licence: LicenceRef | null
  delivery: { way: DeliveryWay; label: string; address: string | null }; result: { kind: string; label: string; reason: string | null } | null
  chain: { head: string; length: number }
}
export interface CorrectionItem { material_key?: string; field_key?: string; reason: string }
export interface CompleteTask {
  version: number; outcome: string; opinion: string; return_to?: string
  checks: Record<string, Record<string, 'yes' | 'no'>>; files: string[]
}
export interface DeliverRequest { version: number; receiver_name: string; receiver_id_number?: string; way: DeliveryWay; waybill?: string; note: string }
/** `id_number` is the identity number of a person or the unified social credit code of an enterprise. */
export interface CounterApplicant { kind: ApplicantKind; name: string; id_number: string; phone: string; legal_person?: string | null }
export interface CounterCase {
  item_slug: string; handle_item: string; applicant: CounterApplicant; agent: { name: string; id_number: string; phone: string } | null
  situations: SituationAnswers; form: FormData; materials: Record<string, { handing: Handing; files: string[] }>
  delivery: { way: DeliveryWay; address?: Address | null }
}
export interface CounterCheck { problems: { pointer: string; code: string; message: string; step: number }[]; materials: ResolvedMaterial[]; questions: string[] }
export interface Receipt { id: string; case_number: string; query_code: string; promise_text: string; answer_by: string | null; receipt_document_id: string | null }

// ---------- calendars and catalogue administration ----------
export interface CalendarYear {
  year: number; source: string; holidays: { date: string; name: string; in_lieu?: boolean }[]; make_up: { date: string; for: string }[]
  working_days: number; updated_at: string; updated_by: string
}
export interface CalendarChange { recalculated: number }
export interface CatalogueNode { id: string; kind: 'catalogue' | 'sub' | 'item' | 'handle_item'; code: string; name: string; slug?: string | null; state?: string | null; version: number; children: CatalogueNode[] }
/** `left_out` entries are not shown because there are too many; a search finds them. */
export interface CatalogueTree { nodes: CatalogueNode[]; total: number; left_out: number }
export interface AdminItemRow { slug: string; name: string; org_name: string; item_type_label: string; version: number; state: string; state_label: string; published_at: string | null; updated_at: string | null; findings: number }
export interface Finding { pointer: string; element: string; message: string; severity: 'error' | 'warning' }
// The content is item.yaml as JSON; the editor walks it by its own description of the elements.
export type ItemContent = Record<string, unknown>
/** The files beside an item, as texts: form JSON, BPMN, DMN. */
export interface ItemFiles { form: string; flow: string; rules: string | null }
/** `version` counts every change, also of drafts; `published_version` is what the public sees, 0 before the first publication. */
export interface AdminItem {
  slug: string; content: ItemContent; files: ItemFiles | null; version: number; published_version: number; draft: boolean; state: string; state_label: string
  published_at: string | null; history: { version: number; at: string; by: string }[]; findings: Finding[]
}
export interface Difference { path: string; element: string; from: unknown; to: unknown }
