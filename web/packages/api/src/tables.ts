/** Business tables for the desk: those who define them, those who work with them, templates and reports. All throw `ApiProblem`. */
import { address, call } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'
import type { Page } from './types.ts'

export type TableRight = S['TableRight']
export type TableOrder = Whole<S['TableOrder']>
export type TableMenuEntry = S['TableMenuEntry']
export type TableContent = Narrow<Whole<S['TableContent']>, { form: unknown; rights: Record<string, TableRight[]> }>
export type TableDefinitionRow = S['TableDefinitionRow']
export type TableDefinition = Narrow<Whole<S['TableDefinition']>, { content: TableContent }>
export type TableFinding = TableDefinition['findings'][number]
export type TableChoice = S['TableChoice']
export type TableView = Narrow<Whole<S['TableView']>, { form: unknown }>
export type TableLine = Narrow<S['TableLine'], { said: Record<string, string> }>
export type TableRow = Narrow<S['TableRow'], { data: Record<string, unknown> }>
export type TableCondition = Narrow<S['TableCondition'], { value?: unknown }>
export type TableImportReport = S['TableImportReport']
export type TableQuery = Narrow<Whole<S['TableQuery']>, { conditions: TableCondition[] }>
export type TableStep = S['TableGroupStep']
export type TableSpan = S['TableSpan']
export type TableReport = Narrow<S['TableReport'], { conditions: TableCondition[]; period: S['TablePeriod'] | null; groups: { field: string; by: TableStep }[]; chart: S['TableChart'] }>
export type TableReportLine = Whole<S['TableReportLine']>
export type TableReportResult = Whole<S['TableReportResult']>
export type TableSchedule = Narrow<S['TableSchedule'], { day: number }>
export type TableTemplateContent = Narrow<S['TableTemplateContent'], { query?: TableQuery | null; report?: TableReport | null; roles: string[]; schedule?: TableSchedule | null }>
export type TableTemplate = TableTemplateContent & Pick<Whole<S['TableTemplate']>, 'id' | 'own' | 'owner_name' | 'run_at' | 'revision'>
export type TableOutput = Whole<S['TableOutput']>
export type TableRowsQuery = QueryFor<typeof ROWS>

const DEFINITIONS = '/api/v1/table-definitions'
const DEFINITION = '/api/v1/table-definitions/{key}'
const TABLE = '/api/v1/tables/{key}'
const ROWS = '/api/v1/tables/{key}/rows'
const TEMPLATES = '/api/v1/tables/{key}/templates'

// Values of any kind are objects to the document; the casts below say no more than that.
const definition = (answer: Promise<unknown>) => said<TableDefinition>(answer)

export const tables = {
  menu: () => ask('get', '/api/v1/table-menu'),
  definitions: (query: QueryFor<typeof DEFINITIONS>) => said<Page<TableDefinitionRow>>(ask('get', DEFINITIONS, { query })),
  choices: () => ask('get', '/api/v1/table-choices'),
  // The server reads the keys of what is made once; the document does not name them.
  create: (body: S['NewTable'], key: string) => call<TableDefinition>('post', DEFINITIONS, { body, key }),
  definition: (key: string) => definition(ask('get', DEFINITION, { path: { key } })),
  saveDraft: (key: string, body: { revision: number; content: TableContent }) => definition(ask('put', `${DEFINITION}/draft`, { path: { key }, body: body as S['SaveTableDraft'] })),
  act: (key: string, act: 'publish' | 'disable' | 'enable', revision: number) => definition(ask('post', `${DEFINITION}/${act}`, { path: { key }, body: { revision } })),
  copy: (key: string) => definition(ask('post', `${DEFINITION}/copy`, { path: { key } })),

  table: (key: string) => said<TableView>(ask('get', TABLE, { path: { key } })),
  roles: (key: string) => ask('get', `${TABLE}/roles`, { path: { key } }),
  rows: (key: string, query: TableRowsQuery) => said<Page<TableLine>>(ask('get', ROWS, { path: { key }, query })),
  row: (key: string, id: string) => said<TableRow>(ask('get', `${ROWS}/{id}`, { path: { key, id } })),
  enter: (key: string, data: Record<string, unknown>, once: string) => call<TableRow>('post', ROWS, { path: { key }, body: { data } satisfies S['EnterRow'], key: once }),
  change: (key: string, id: string, body: { revision: number; data: Record<string, unknown>; keep: string[] }) => said<TableRow>(ask('put', `${ROWS}/{id}`, { path: { key, id }, body })),
  remove: (key: string, id: string, revision: number) => ask('delete', `${ROWS}/{id}`, { path: { key, id }, query: { revision } }),
  reveal: (key: string, id: string, body: S['RevealRowValue']) => ask('post', `${ROWS}/{id}/reveal`, { path: { key, id }, body }),
  importRows: (key: string, body: S['ImportRows']) => ask('post', `${TABLE}/import`, { path: { key }, body }),
  frameAddress: (key: string) => address(`${TABLE}/import-frame`, { path: { key } }),
  exportAddress: (key: string, query: TableRowsQuery) => address(`${TABLE}/export`, { path: { key }, query: { ...query } }),

  templates: (key: string) => said<{ items: TableTemplate[] }>(ask('get', TEMPLATES, { path: { key } })),
  template: (key: string, id: string) => said<TableTemplate>(ask('get', `${TEMPLATES}/{id}`, { path: { key, id } })),
  saveTemplate: (key: string, body: TableTemplateContent, once: string) => call<TableTemplate>('post', TEMPLATES, { path: { key }, body: body as S['TableTemplateContent'], key: once }),
  changeTemplate: (key: string, id: string, body: { revision: number; content: TableTemplateContent }) => said<TableTemplate>(ask('put', `${TEMPLATES}/{id}`, { path: { key, id }, body: body as S['ChangeTemplate'] })),
  removeTemplate: (key: string, id: string) => ask('delete', `${TEMPLATES}/{id}`, { path: { key, id } }),
  report: (key: string, body: TableReport) => ask('post', `${TABLE}/report`, { path: { key }, body: body as S['TableReport'] }),
  reportAddress: (key: string, report: TableReport, title: string) => address(`${TABLE}/report/export`, { path: { key }, query: { report: JSON.stringify(report), title } }),
  outputs: (query: QueryFor<'/api/v1/table-outputs'>) => said<Page<TableOutput>>(ask('get', '/api/v1/table-outputs', { query })),
  outputAddress: (id: string) => address('/api/v1/table-outputs/{id}/file', { path: { id } }),
}
