/** What stays of cases: the library, archivable files, cases of earlier systems. All throw `ApiProblem`. */
import { address, call, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'

export type LibraryQuery = QueryFor<'/api/v1/library/cases'>
export type LibraryList = Narrow<Whole<S['CaseList']>, { items: LibraryRow[]; counts: Record<string, number> }>
export type LibraryRow = Whole<S['CaseRow']>
export type CaseRecord = Whole<S['CaseRecord']>
export type ArchiveSet = Narrow<Whole<S['ArchiveSet']>, { ended_as: 'closed' | 'delivered' | 'not_accepted' | 'withdrawn' | 'voided' }>
export type ArchiveSetQuery = QueryFor<'/api/v1/archive-sets'>
export type CaseYear = Whole<S['CaseYear']>
export type CaseYearChecked = Whole<S['CaseYearChecked']>
export type YearCheck = Narrow<Whole<S['YearCheck']>, { key: 'over' | 'earlier' | 'open' | 'archive' | 'figures' | 'backup' }>
export type LegacyCase = Whole<S['LegacyCase']>
export type LegacyQuery = QueryFor<'/api/v1/legacy-cases'>
export type LegacyRun = Narrow<Whole<S['LegacyRun']>, { state: 'running' | 'comparing' | 'done' | 'stopped' }>
export type LegacyProblem = Narrow<Whole<S['LegacyProblem']>, { kind: 'line' | 'difference' }>
export type LegacyMappings = Whole<S['LegacyMappings']>

const SET = '/api/v1/archive-sets/{id}'
const YEAR = '/api/v1/case-years/{year}'
const RUN = '/api/v1/legacy-runs/{id}'
const whole = { limit: undefined, cursor: undefined }

export const archive = {
  // --- case library ---
  cases: (query: LibraryQuery) => said<LibraryList>(ask('get', '/api/v1/library/cases', { query })),
  casesExportAddress: (query: LibraryQuery) => address('/api/v1/library/cases/export', { query: { ...query, ...whole } }),
  record: (id: string) => said<CaseRecord>(ask('get', '/api/v1/library/cases/{id}', { path: { id } })),

  // --- archivable files ---
  sets: (query: ArchiveSetQuery) => said<Narrow<Whole<S['List_ArchiveSet']>, { items: ArchiveSet[] }>>(ask('get', '/api/v1/archive-sets', { query })),
  set: (id: string) => said<ArchiveSet>(ask('get', SET, { path: { id } })),
  setsExportAddress: (query: ArchiveSetQuery) => address('/api/v1/archive-sets/export', { query: { ...query, ...whole } }),
  download: (id: string, reason: string) => call<Blob>('post', `${SET}/download`, { path: { id }, body: { reason }, as: 'blob' }),
  makeMissing: () => ask('post', '/api/v1/archive-sets/make-missing'),

  // --- years ---
  years: (query: QueryFor<'/api/v1/case-years'>) => said<Whole<S['List_CaseYear']>>(ask('get', '/api/v1/case-years', { query })),
  year: (year: number) => said<CaseYearChecked>(ask('get', YEAR, { path: { year } })),
  closeYear: (year: number, body: S['CloseCaseYear']) => said<CaseYearChecked>(ask('post', `${YEAR}/close`, { path: { year }, body })),
  reopenYear: (year: number, body: S['ReopenCaseYear']) => said<CaseYearChecked>(ask('post', `${YEAR}/reopen`, { path: { year }, body })),

  // --- cases of earlier systems ---
  earlier: (query: LegacyQuery) => said<Narrow<Whole<S['List_LegacyCase']>, { items: LegacyCase[] }>>(ask('get', '/api/v1/legacy-cases', { query })),
  earlierExportAddress: (query: LegacyQuery) => address('/api/v1/legacy-cases/export', { query: { ...query, ...whole } }),
  revealEarlier: (id: string, body: S['LegacyReveal']) => ask('post', '/api/v1/legacy-cases/{id}/reveal', { path: { id }, body }),
  mappings: () => said<LegacyMappings>(ask('get', '/api/v1/legacy-mappings')),
  runs: (query: QueryFor<'/api/v1/legacy-runs'>) => said<Narrow<Whole<S['List_LegacyRun']>, { items: LegacyRun[] }>>(ask('get', '/api/v1/legacy-runs', { query })),
  run: (id: string) => said<LegacyRun>(ask('get', RUN, { path: { id } })),
  begin: (body: S['NewLegacyRun'], key = newKey()) => said<LegacyRun>(ask('post', '/api/v1/legacy-runs', { body, key })),
  problems: (id: string, query: QueryFor<'/api/v1/legacy-runs/{id}/problems'>) => said<Narrow<Whole<S['List_LegacyProblem']>, { items: LegacyProblem[] }>>(ask('get', `${RUN}/problems`, { path: { id }, query })),
  goOn: (id: string, version: number) => said<LegacyRun>(ask('post', `${RUN}/continue`, { path: { id }, body: { version } })),
}
