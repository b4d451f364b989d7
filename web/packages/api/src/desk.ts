/** What staff can ask the server: one function per operation. All throw `ApiProblem`. */
import { address, call, newKey } from './transport.ts'
import { ask, type QueryFor } from './typed.ts'
import { sendFile, type UploadOptions } from './upload.ts'
import type * as T from './types.ts'

const CASE = '/api/v1/cases/{id}'
type Lists<X> = Promise<T.Page<X>>

export const desk = {
  // --- session ---
  signIn: (login: string, password: string) => call<T.StaffMe>('post', '/api/v1/staff/sign-in', { body: { login, password } }),
  signOut: () => call<void>('post', '/api/v1/staff/sign-out'),
  me: () => call<T.StaffMe>('get', '/api/v1/staff/me'),
  site: () => call<T.Site>('get', '/api/v1/site'),

  // --- work ---
  workbench: () => call<T.Workbench>('get', '/api/v1/workbench'),
  tasks: (query: { stage?: string; q?: string; limit?: number; cursor?: string }): Lists<T.TaskRow> => call('get', '/api/v1/tasks', { query }),
  cases: (query: T.CaseFilters, signal?: AbortSignal) => call<T.CaseList>('get', '/api/v1/cases', { query: { ...query }, signal }),
  casesExportAddress: (query: T.CaseFilters) => address('/api/v1/cases/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  /** The list with names as they are: by right, level and reason; as bytes, so that a refusal can be read. */
  exportWhole: (query: T.CaseFilters, reason: string) => call<Blob>('get', '/api/v1/cases/export', { query: { ...query, limit: undefined, cursor: undefined, raw: true, reason }, as: 'blob' }),
  casesLiveAddress: '/api/v1/cases/live',
  board: () => call<T.BoardColumn[]>('get', '/api/v1/cases/board'),

  // --- one case ---
  case: (id: string) => call<T.DeskCase>('get', CASE, { path: { id } }),
  /** Compares the form anew with what others know; logged. */
  compare: (id: string) => call<{ items: T.FieldCheck[] }>('post', `${CASE}/compare`, { path: { id } }),
  caseLiveAddress: (id: string) => address(`${CASE}/live`, { path: { id } }),
  fileAddress: (id: string, fileId: string) => address(`${CASE}/files/{fileId}`, { path: { id, fileId } }),
  documentAddress: (id: string, documentId: string) => address(`${CASE}/documents/{documentId}`, { path: { id, documentId } }),
  reveal: (id: string, field: 'phone' | 'id_number' | 'address', reason: string) =>
    call<{ value: string }>('get', `${CASE}/reveal`, { path: { id }, query: { field, reason } }),
  preReview: (id: string, body: { version: number; result: 'pass' | 'refuse'; note: string }) =>
    call<void>('post', `${CASE}/pre-review`, { path: { id }, body }),
  requestCorrection: (id: string, body: { version: number; items: T.CorrectionItem[]; until_days?: number }) =>
    call<void>('post', `${CASE}/request-correction`, { path: { id }, body }),
  accept: (id: string, body: { version: number; note: string; tolerated: string[] }) =>
    call<void>('post', `${CASE}/accept`, { path: { id }, body }),
  notAccept: (id: string, body: { version: number; reason: string }) => call<void>('post', `${CASE}/not-accept`, { path: { id }, body }),
  amendMaterial: (id: string, key: string, body: { version: number; act: 'add' | 'replace' | 'remove'; file: string | null; with: string | null; reason: string }) =>
    call<void>('post', `${CASE}/materials/{key}/amend`, { path: { id, key }, body }),
  materialChanges: (id: string, key: string) => call<T.MaterialChanges>('get', `${CASE}/materials/{key}/changes`, { path: { id, key } }),
  completeTask: (id: string, taskId: string, body: T.CompleteTask) =>
    call<void>('post', `${CASE}/tasks/{taskId}/complete`, { path: { id, taskId }, body }),
  suspend: (id: string, body: { version: number; procedure: string; reason: string; expected: { value: number; unit: T.TimeUnit } | null }) =>
    call<void>('post', `${CASE}/suspend`, { path: { id }, body }),
  resume: (id: string, body: { version: number; result: string }) => call<void>('post', `${CASE}/resume`, { path: { id }, body }),
  askExtension: (id: string, body: { version: number; value: number; unit: T.TimeUnit; reason: string }) =>
    call<void>('post', `${CASE}/extensions`, { path: { id }, body }),
  decideExtension: (id: string, extensionId: string, body: { version: number; approve: boolean; opinion: string }) =>
    call<void>('post', `${CASE}/extensions/{extensionId}/decide`, { path: { id, extensionId }, body }),
  abort: (id: string, body: { version: number; reason: string }) => call<void>('post', `${CASE}/abort`, { path: { id }, body }),
  urge: (id: string, body: { text: string; order: boolean }, key = newKey()) => call<void>('post', `${CASE}/urge`, { path: { id }, body, key }),
  replyUrge: (id: string, urgeId: string, text: string) =>
    call<void>('post', `${CASE}/urges/{urgeId}/reply`, { path: { id, urgeId }, body: { text } }),
  deliver: (id: string, body: T.DeliverRequest) => call<void>('post', `${CASE}/deliver`, { path: { id }, body }),
  void: (id: string, body: { version: number; reason: string }) => call<void>('post', `${CASE}/void`, { path: { id }, body }),

  // --- ratings ---
  ratings: (query: QueryFor<'/api/v1/ratings'>) => ask('get', '/api/v1/ratings', { query }),

  // --- licences on pre-printed stock ---
  overprint: (id: string) => call<T.OverprintStatus>('get', '/api/v1/licences/{id}/overprint', { path: { id } }),
  overprintPreviewAddress: (id: string, offset: T.PrinterOffset) => address('/api/v1/licences/{id}/overprint/preview', { path: { id }, query: { x: offset.x, y: offset.y } }),
  printOverprint: (id: string, body: { stock_number: string; printer: string; offset: T.PrinterOffset; reason: string }) =>
    call<Blob>('post', '/api/v1/licences/{id}/overprint', { path: { id }, body, as: 'blob' }),
  stockExportAddress: (query: { type_key?: string; state?: string }) => address('/api/v1/licence-stock/export', { query }),
  overprintKinds: () => ask('get', '/api/v1/licence-stock/kinds'),
  blankBalance: () => ask('get', '/api/v1/licence-stock/balance'),
  blankReceipts: (query: QueryFor<'/api/v1/licence-blanks'>) => ask('get', '/api/v1/licence-blanks', { query }),
  receiveBlanks: (body: { type_key: string; first: string; last: string; note: string }, key: string) => ask('post', '/api/v1/licence-blanks', { body, key }),
  spoilStock: (body: { type_key: string; stock_number: string; reason: string }) => call<T.StockSheet>('post', '/api/v1/licence-stock/spoil', { body }),
  stock: (query: { type_key?: string; state?: string; number?: string; limit?: number; cursor?: string }): Lists<T.StockSheet> => call('get', '/api/v1/licence-stock', { query }),

  // --- counter ---
  items: (query: { q?: string; limit?: number; offset?: number }) => call<T.ItemSearch>('get', '/api/v1/items', { query }),
  guide: (slug: string) => call<T.Guide>('get', '/api/v1/items/{slug}/guide', { path: { slug } }),
  resolve: (slug: string, body: T.ResolveRequest) => call<T.Resolution>('post', '/api/v1/items/{slug}/resolve', { path: { slug }, body }),
  form: (slug: string, handleItem: string) => call<T.FormSchema>('get', '/api/v1/items/{slug}/form', { path: { slug }, query: { handle_item: handleItem } }),
  counterCheck: (body: T.CounterCase) => call<T.CounterCheck>('post', '/api/v1/counter/check', { body }),
  counterCreate: (body: T.CounterCase, key: string) => call<T.Receipt>('post', '/api/v1/counter/cases', { body, key }),

  uploadFile: (file: File, options?: UploadOptions) => sendFile<T.FileRef>('/api/v1/desk/files', file, options),
  /** Those directly below `parent`, or the first twenty by part of the name. */
  regions: (parent: string | null, q?: string) => call<{ items: { code: string; name: string; level: number; has_children: boolean; above: string }[] }>('get', '/api/v1/regions', { query: { parent, q } }),

  // --- calendars ---
  calendars: () => call<T.CalendarYear[]>('get', '/api/v1/calendars'),
  saveCalendar: (year: number, body: Pick<T.CalendarYear, 'source' | 'holidays' | 'make_up'>) => call<T.CalendarChange>('put', '/api/v1/calendars/{year}', { path: { year }, body }),
  deleteCalendar: (year: number) => call<T.CalendarChange>('delete', '/api/v1/calendars/{year}', { path: { year } }),

  // --- item administration ---
  catalogue: (q?: string, below?: string) => call<T.CatalogueTree>('get', '/api/v1/catalogue', { query: { q, below } }),
  createNode: (body: { parent_id: string | null; kind: string; code: string; name: string }, key = newKey()) =>
    call<T.CatalogueNode>('post', '/api/v1/catalogue/nodes', { body, key }),
  updateNode: (id: string, body: { code: string; name: string; version: number }) =>
    call<T.CatalogueNode>('put', '/api/v1/catalogue/nodes/{id}', { path: { id }, body }),
  deleteNode: (id: string) => call<void>('delete', '/api/v1/catalogue/nodes/{id}', { path: { id } }),
  adminItems: (query: { q?: string; org?: string; state?: string; limit?: number; cursor?: string }): Lists<T.AdminItemRow> => call('get', '/api/v1/admin/items', { query }),
  createItem: (body: { content: T.ItemContent; files: T.ItemFiles | null; definitions?: T.ItemDefinitions }, key = newKey()) => call<T.AdminItem>('post', '/api/v1/admin/items', { body, key }),
  adminItem: (slug: string) => call<T.AdminItem>('get', '/api/v1/admin/items/{slug}', { path: { slug } }),
  saveItem: (slug: string, body: { content: T.ItemContent; version: number; definitions?: T.ItemDefinitions }) =>
    call<T.AdminItem>('put', '/api/v1/admin/items/{slug}', { path: { slug }, body }),
  publishItem: (slug: string, version: number) =>
    call<T.AdminItem>('post', '/api/v1/admin/items/{slug}/publish', { path: { slug }, body: { version } }),
  lintItem: (slug: string, content: T.ItemContent) =>
    call<{ findings: T.Finding[] }>('post', '/api/v1/admin/items/{slug}/lint', { path: { slug }, body: { content } }),
  cancelItem: (slug: string, body: { version: number; reason: string }) =>
    call<T.AdminItem>('post', '/api/v1/admin/items/{slug}/cancel', { path: { slug }, body }),
  /** Version 0 is the draft. */
  diffItem: (slug: string, from: number, to: number) =>
    call<{ changes: T.Difference[] }>('get', '/api/v1/admin/items/{slug}/diff', { path: { slug }, query: { from: String(from), to: String(to) } }),
}
