/** Connected systems, their sign-on settings, and the ledger of what went in and out, for the desk. All throw `ApiProblem`. */
import { address, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'

/** Without an end the server leaves `valid_until` out. */
export type SystemGrant = Whole<Omit<S['SystemGrant'], 'valid_until'>> & Pick<S['SystemGrant'], 'valid_until'>
export type SystemSecret = Narrow<Whole<S['SystemSecret']>, { state: 'coming' | 'valid' | 'ended' }>
export type ConnectedSystem = Narrow<Whole<S['ConnectedSystem']>, { grants: SystemGrant[]; secrets: SystemSecret[] }>
export type SystemDraft = S['SystemDraft']
export type SystemChoices = Whole<S['SystemChoices']>
export type SystemChange = Whole<S['SystemChange']>
type Words = { direction: 'in' | 'out'; result: 'ok' | 'refused' | 'failed' }
export type LedgerQuery = QueryFor<'/api/v1/exchange/ledger'>
export type LedgerEntry = Narrow<Whole<S['LedgerEntry']>, Words>
export type ReportRow = Narrow<Whole<S['List_ExchangeReport']>['items'][number], { state: 'waiting' | 'sent' | 'failed' | 'held' }>
export type ReportCheck = Whole<S['ReportCheck']>
export type DayReconciliation = Whole<S['DayReconciliation']>
export type CaseDispatch = Narrow<Whole<S['CaseDispatch']>, { state: 'waiting' | 'sent' | 'answered' | 'done' | 'returned' | 'cancelled'; problem: '' | 'unreachable' | 'refused' | 'silent' | 'held' | 'untold' }>
export type CaseExchange = Narrow<Whole<S['CaseExchange']>, { dispatch: CaseDispatch | null }>
export type TraceEntry = Narrow<Whole<S['List_TraceEntry']>['items'][number], Words>
export type LibraryItem = Whole<S['LibraryItem']>
export type ItemSyncQuery = QueryFor<'/api/v1/item-sync/items'>
export type DispatchQuery = QueryFor<'/api/v1/dispatches'>
export type SignOnClient = Whole<S['SignOnClient']>
export type SignOnChange = S['SignOnClientChange']
export type SignOnKey = Narrow<Whole<S['SignOnKey']>, { state: SignOnKeyState }>
export type SignOnKeyState = 'signing' | 'verifying' | 'gone'

const SYSTEM = '/api/v1/systems/{id}'
const CLIENT = '/api/v1/sign-on/clients/{app_id}'

export const exchange = {
  systems: (query: QueryFor<'/api/v1/systems'>) => said<Narrow<Whole<S['List_ConnectedSystem']>, { items: ConnectedSystem[] }>>(ask('get', '/api/v1/systems', { query })),
  choices: () => ask('get', '/api/v1/systems/choices'),
  system: (id: string) => said<ConnectedSystem>(ask('get', SYSTEM, { path: { id } })),
  createSystem: (body: SystemDraft, key = newKey()) => said<ConnectedSystem>(ask('post', '/api/v1/systems', { body, key })),
  saveSystem: (id: string, body: S['EditSystem']) => said<ConnectedSystem>(ask('put', SYSTEM, { path: { id }, body })),
  switchSystem: (id: string, on: boolean, body: S['SwitchSystem']) => ask('post', on ? `${SYSTEM}/enable` : `${SYSTEM}/disable`, { path: { id }, body }),
  grantSystem: (id: string, body: S['GrantSystem']) => ask('put', `${SYSTEM}/grants`, { path: { id }, body }),
  addSecret: (id: string, body: S['NewSecret'], key = newKey()) => ask('post', `${SYSTEM}/secrets`, { path: { id }, body, key }),
  endSecret: (id: string, secret: string, body: S['EndSecret']) => ask('post', `${SYSTEM}/secrets/{secret}/end`, { path: { id, secret }, body }),
  systemChanges: (id: string, query: QueryFor<'/api/v1/systems/{id}/changes'>) => ask('get', `${SYSTEM}/changes`, { path: { id }, query }),

  // sign-on for connected systems
  clients: (query: QueryFor<'/api/v1/sign-on/clients'>) => ask('get', '/api/v1/sign-on/clients', { query }),
  client: (app_id: string) => ask('get', CLIENT, { path: { app_id } }),
  saveClient: (app_id: string, body: SignOnChange) => ask('put', CLIENT, { path: { app_id }, body }),
  signOnKeys: () => said<{ items: SignOnKey[] }>(ask('get', '/api/v1/sign-on/keys')),
  rotateSignOnKey: (reason: string) => ask('post', '/api/v1/sign-on/keys/rotate', { body: { reason } }),

  ledger: (query: LedgerQuery) => said<Narrow<Whole<S['List_LedgerEntry']>, { items: LedgerEntry[] }>>(ask('get', '/api/v1/exchange/ledger', { query })),
  ledgerEntry: (id: string) => said<LedgerEntry>(ask('get', '/api/v1/exchange/ledger/{id}', { path: { id } })),
  ledgerExportAddress: (query: LedgerQuery) => address('/api/v1/exchange/ledger/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  dispatches: (query: DispatchQuery) => said<Narrow<Whole<S['DispatchList']>, { items: CaseDispatch[] }>>(ask('get', '/api/v1/dispatches', { query })),
  dispatchesExportAddress: (query: DispatchQuery) => address('/api/v1/dispatches/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  /** Where a case was dispatched to, and what of it still waits. */
  ofCase: (id: string) => said<CaseExchange>(ask('get', '/api/v1/cases/{id}/exchange', { path: { id } })),
  trace: (id: string, query: QueryFor<'/api/v1/cases/{id}/exchange/trace'>) => said<Narrow<Whole<S['List_TraceEntry']>, { items: TraceEntry[] }>>(ask('get', '/api/v1/cases/{id}/exchange/trace', { path: { id }, query })),
  traceExportAddress: (id: string) => address('/api/v1/cases/{id}/exchange/trace/export', { path: { id } }),
  retryDispatch: (id: string, version: number) => ask('post', '/api/v1/cases/{id}/exchange/retry', { path: { id }, body: { version } }),
  libraryItems: (query: ItemSyncQuery) => said<Narrow<Whole<S['List_LibraryItem']>, { items: LibraryItem[] }>>(ask('get', '/api/v1/item-sync/items', { query })),
  libraryExportAddress: (query: ItemSyncQuery) => address('/api/v1/item-sync/items/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  libraryRuns: () => said<Whole<S['LibraryRuns']>>(ask('get', '/api/v1/item-sync/runs')),
  pullLibrary: (task_code: string | null) => ask('post', '/api/v1/item-sync/runs', { body: { task_code } }),
  takeLibraryElements: (code: string, elements: string[]) => ask('post', '/api/v1/item-sync/items/{code}/take', { path: { code }, body: { elements } }),
  settleDispatch: (id: string, version: number, reason: string) => ask('post', '/api/v1/cases/{id}/exchange/settle', { path: { id }, body: { version, reason } }),
  fetchFiles: (id: string) => ask('post', '/api/v1/cases/{id}/exchange/fetch', { path: { id } }),
  takeDispatchOver: (id: string, version: number, reason: string) => ask('post', '/api/v1/cases/{id}/exchange/take-over', { path: { id }, body: { version, reason } }),
  reports: (query: QueryFor<'/api/v1/exchange/reports'>) => said<Narrow<Whole<S['ReportList']>, { items: ReportRow[] }>>(ask('get', '/api/v1/exchange/reports', { query })),
  reportCheck: (id: string) => said<ReportCheck>(ask('get', '/api/v1/exchange/reports/{id}/check', { path: { id } })),
  checkReport: (id: string) => said<ReportCheck>(ask('post', '/api/v1/exchange/reports/{id}/check', { path: { id } })),
  mendReport: (id: string, body: S['MendReport']) => said<ReportCheck>(ask('put', '/api/v1/exchange/reports/{id}/mended', { path: { id }, body })),
  reconciliations: (query: QueryFor<'/api/v1/exchange/reconciliations'>) => said<Narrow<Whole<S['List_DayReconciliation']>, { items: DayReconciliation[] }>>(ask('get', '/api/v1/exchange/reconciliations', { query })),
  reconcile: (day: string) => said<DayReconciliation>(ask('put', '/api/v1/exchange/reconciliations/{day}', { path: { day } })),
  resend: (id: string) => ask('post', '/api/v1/exchange/reports/{id}/resend', { path: { id } }),
}
