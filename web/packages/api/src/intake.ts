/** Other ways in which cases come: materials promised for later, bulk cases, which items may be taken so. All throw `ApiProblem`. */
import { address, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'

export type ToleranceRow = Narrow<Whole<S['List_ToleranceRow']>['items'][number], { state: 'open' | 'supplied' | 'lapsed' | 'dropped' }>
export type ToleranceQuery = QueryFor<'/api/v1/tolerances'>
export type ToleranceList = Narrow<Whole<S['ToleranceList']>, { items: ToleranceRow[]; counts: Record<string, number> }>
export type IntakeKinds = Whole<S['IntakeKinds']>
export type BulkAct = 'edit' | 'register' | 'accept' | 'complete' | 'remove'
export type BulkBatch = Narrow<Whole<S['BulkBatch']>, { doing: '' | 'register' | 'accept' | 'complete'; can: BulkAct[] }>
export type BulkLine = Narrow<Whole<S['BulkLine']>, { state: 'draft' | 'filed' | 'accepted' | 'completed' }>
export type BulkImport = Whole<S['BulkImport']>
export type BulkLineQuery = QueryFor<'/api/v1/bulk-batches/{id}/lines'>

export type IntakeRecord = Narrow<Whole<S['IntakeRecord']>, { kind: 'in_only' | 'out_only'; state: 'taken' | 'sent' | 'resulted' | 'received' | 'delivered'; can: ('send' | 'result' | 'deliver')[] }>
export type IntakeRecordWhole = Narrow<Whole<S['IntakeRecordWhole']>, { record: IntakeRecord }>
export type IntakeFigures = Whole<S['IntakeFigures']>
export type FiguresQuery = QueryFor<'/api/v1/intake-statistics'>
export type Scanned = Whole<S['Scanned']>
export type CaseMessage = Narrow<Whole<S['CaseMessage']>, { channel: 'in_app' | 'sms'; state: 'waiting' | 'sent' | 'failed' | 'refused' }>

export type MessageText = Narrow<Whole<S['MessageText']>, { channels: ('sms' | 'in_app')[] }>
export type MessageTextWhole = Narrow<Whole<S['MessageTextWhole']>, { channels: ('sms' | 'in_app')[] }>
export type TextPreview = S['TextPreview']

const TEXT = '/api/v1/message-texts/{key}'
const BATCH = '/api/v1/bulk-batches/{id}'
const RECORD = '/api/v1/intake-records/{id}'

export const ways = {
  // --- materials promised for later ---
  tolerances: (query: ToleranceQuery) => said<ToleranceList>(ask('get', '/api/v1/tolerances', { query })),
  tolerancesExportAddress: (query: ToleranceQuery) => address('/api/v1/tolerances/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  receiveTolerated: (id: string, body: S['ReceiveTolerated']) => ask('post', '/api/v1/cases/{id}/tolerated/receive', { path: { id }, body }),
  returnTolerated: (id: string, body: S['ReturnTolerated']) => ask('post', '/api/v1/cases/{id}/tolerated/return', { path: { id }, body }),

  // --- which items ---
  kinds: (query: QueryFor<'/api/v1/intake-kinds'>) => said<Narrow<Whole<S['List_IntakeKinds']>, { items: IntakeKinds[] }>>(ask('get', '/api/v1/intake-kinds', { query })),
  kindsOf: (slug: string) => said<IntakeKinds>(ask('get', '/api/v1/intake-kinds/{slug}', { path: { slug } })),
  setKinds: (slug: string, body: S['SetIntakeKinds']) => said<IntakeKinds>(ask('put', '/api/v1/intake-kinds/{slug}', { path: { slug }, body })),

  // --- bulk cases ---
  batches: (query: QueryFor<'/api/v1/bulk-batches'>) => said<Narrow<Whole<S['List_BulkBatch']>, { items: BulkBatch[] }>>(ask('get', '/api/v1/bulk-batches', { query })),
  batch: (id: string) => said<BulkBatch>(ask('get', BATCH, { path: { id } })),
  createBatch: (body: S['NewBatch'], key = newKey()) => said<BulkBatch>(ask('post', '/api/v1/bulk-batches', { body, key })),
  changeBatch: (id: string, body: S['ChangeBatch']) => said<BulkBatch>(ask('put', BATCH, { path: { id }, body })),
  removeBatch: (id: string, version: number) => ask('delete', BATCH, { path: { id }, query: { version } }),
  lines: (id: string, query: BulkLineQuery) => said<Narrow<Whole<S['List_BulkLine']>, { items: BulkLine[] }>>(ask('get', `${BATCH}/lines`, { path: { id }, query })),
  addLine: (id: string, body: S['SetLine'], key = newKey()) => said<BulkLine>(ask('post', `${BATCH}/lines`, { path: { id }, body, key })),
  changeLine: (id: string, line: string, body: S['SetLine']) => said<BulkLine>(ask('put', `${BATCH}/lines/{line}`, { path: { id, line }, body })),
  removeLines: (id: string, lines: string[]) => ask('post', `${BATCH}/lines/remove`, { path: { id }, body: { lines } }),
  importLines: (id: string, body: S['ImportLines'], key = newKey()) => said<BulkImport>(ask('post', `${BATCH}/import`, { path: { id }, body, key })),
  begin: (id: string, act: 'register' | 'accept' | 'complete', body: S['BatchAct']) =>
    said<BulkBatch>(act === 'register' ? ask('post', `${BATCH}/register`, { path: { id }, body }) : act === 'accept' ? ask('post', `${BATCH}/accept`, { path: { id }, body }) : ask('post', `${BATCH}/complete`, { path: { id }, body })),
  linesExportAddress: (id: string, query: BulkLineQuery) => address(`${BATCH}/export`, { path: { id }, query: { ...query, limit: undefined, cursor: undefined } }),
  frameAddress: '/api/v1/bulk-frame',

  // --- in-only and out-only cases ---
  records: (query: QueryFor<'/api/v1/intake-records'>) => said<Narrow<Whole<S['List_IntakeRecord']>, { items: IntakeRecord[] }>>(ask('get', '/api/v1/intake-records', { query })),
  recordsExportAddress: (query: QueryFor<'/api/v1/intake-records'>) => address('/api/v1/intake-records/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  record: (id: string) => said<IntakeRecordWhole>(ask('get', RECORD, { path: { id } })),
  beginRecord: (body: S['NewRecord'], key = newKey()) => said<IntakeRecordWhole>(ask('post', '/api/v1/intake-records', { body, key })),
  sendRecord: (id: string, body: S['SendRecord']) => said<IntakeRecordWhole>(ask('post', `${RECORD}/send`, { path: { id }, body })),
  setRecordResult: (id: string, body: S['SetRecordResult']) => said<IntakeRecordWhole>(ask('post', `${RECORD}/result`, { path: { id }, body })),
  deliverRecord: (id: string, body: S['DeliverRecord']) => said<IntakeRecordWhole>(ask('post', `${RECORD}/deliver`, { path: { id }, body })),

  // --- barcodes and figures ---
  barcodeAddress: (id: string) => address('/api/v1/cases/{id}/barcode', { path: { id } }),
  scan: (body: S['NewScan'], key = newKey()) => said<Scanned>(ask('post', '/api/v1/barcode-scans', { body, key })),
  figures: (query: FiguresQuery) => ask('get', '/api/v1/intake-statistics', { query }),
  figuresExportAddress: (query: FiguresQuery) => address('/api/v1/intake-statistics/export', { query: { ...query } }),

  // --- messages ---
  messages: (query: QueryFor<'/api/v1/messages'>) => said<Narrow<Whole<S['List_CaseMessage']>, { items: CaseMessage[] }>>(ask('get', '/api/v1/messages', { query })),
  caseMessages: (id: string, query: QueryFor<'/api/v1/cases/{id}/messages'>) => said<Narrow<Whole<S['List_CaseMessage']>, { items: CaseMessage[] }>>(ask('get', '/api/v1/cases/{id}/messages', { path: { id }, query })),
  messageTexts: (query: QueryFor<'/api/v1/message-texts'>) => said<Narrow<Whole<S['List_MessageText']>, { items: MessageText[] }>>(ask('get', '/api/v1/message-texts', { query })),
  messageTextsExportAddress: (query: QueryFor<'/api/v1/message-texts'>) => address('/api/v1/message-texts/export', { query }),
  messageText: (key: string) => said<MessageTextWhole>(ask('get', TEXT, { path: { key } })),
  previewMessageText: (key: string, body: S['PreviewText']) => said<TextPreview>(ask('post', `${TEXT}/preview`, { path: { key }, body })),
  editMessageText: (key: string, body: S['EditText']) => said<MessageTextWhole>(ask('put', TEXT, { path: { key }, body })),
  resetMessageText: (key: string, body: S['ResetText']) => said<MessageTextWhole>(ask('post', `${TEXT}/reset`, { path: { key }, body })),
  resendMessage: (id: string) => ask('post', '/api/v1/messages/{id}/resend', { path: { id } }),
}
