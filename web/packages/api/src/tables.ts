/** Business tables for the desk: those who define them, those who work with them, templates and reports. All throw `ApiProblem`. */
import { address, call } from './transport.ts'
import type { Page } from './types.ts'

export type TableRight = 'see' | 'enter' | 'change' | 'delete' | 'export'
export interface TableOrder { field: string; down: boolean }
export interface TableMenuEntry { key: string; title: string; group: string }
export interface TableContent {
  title: string; purpose: string; form: unknown; source: string | null; columns: string[]; filters: string[]; order: TableOrder | null
  sensitive: string[]; unique: string[]; reach: 'all' | 'org'; rights: Record<string, TableRight[]>
  menu: { hidden: boolean; title: string; group: string; sort: number }
}
export interface TableFinding { pointer: string; code: string; message: string }
export interface TableDefinitionRow { key: string; title: string; version: number; draft: boolean; disabled: boolean; rows: number; changed_at: string; changed_by_name: string }
export interface TableDefinition {
  key: string; content: TableContent; version: number; draft: boolean; disabled: boolean; findings: TableFinding[]; revision: number
  copied_at: string | null; changed_at: string; changed_by_name: string
}
export interface TableChoice { key: string; title: string; says: string }
export interface TableView {
  key: string; title: string; purpose: string; version: number; form: unknown; role: string; columns: string[]; filters: string[]
  sortable: string[]; sealed: string[]; order: TableOrder | null; rights: TableRight[]; source: string | null
}
export interface TableLine { id: string; said: Record<string, string>; created_by_name: string; changed_at: string }
export interface TableRow {
  id: string; revision: number; data: Record<string, unknown>; sealed: string[]; org_name: string
  created_at: string; created_by_name: string; changed_at: string; changed_by_name: string
}
export interface TableCondition { field: string; op: 'is' | 'not' | 'has' | 'from' | 'to' | 'empty' | 'filled'; value?: unknown }
export interface TableImportReport { trial: boolean; rows: number; right: number; entered: number; passed_over: string[]; mistakes: { line: number; message: string }[]; mistaken: number }
export interface TableQuery { q: string; conditions: TableCondition[]; columns: string[]; order: TableOrder | null }
export type TableStep = 'value' | 'day' | 'month' | 'year'
export type TableSpan = 'today' | 'week' | 'this_month' | 'last_month' | 'this_year' | 'last_year' | 'between'
export interface TableReport {
  conditions: TableCondition[]; period: { field: string; span: TableSpan; from?: string | null; to?: string | null } | null
  groups: { field: string; by: TableStep }[]; measures: { of: 'count' | 'sum' | 'average'; field?: string | null }[]; chart: 'none' | 'bars' | 'columns'
}
export interface TableReportLine { groups: string[]; values: string[]; numbers: (number | null)[] }
export interface TableReportResult {
  groups: { label: string; unit: string }[]; measures: { label: string; unit: string }[]; lines: TableReportLine[]; total: TableReportLine
  chart: TableReport['chart']; period: string; as_of: string
}
export interface TableSchedule { every: 'day' | 'week' | 'month'; day: number; hour: number }
export interface TableTemplateContent { title: string; query?: TableQuery | null; report?: TableReport | null; roles: string[]; schedule?: TableSchedule | null }
export interface TableTemplate extends TableTemplateContent { id: string; own: boolean; owner_name: string; run_at: string | null; revision: number }
export interface TableOutput { id: string; title: string; ready: boolean; problem: string | null; made_at: string }
export interface TableRowsQuery { q?: string; where?: string; sort?: string; down?: boolean; columns?: string; cursor?: string; limit?: number }
interface Paging { cursor?: string; limit?: number }

const DEFINITION = '/api/v1/table-definitions/{key}'
const TABLE = '/api/v1/tables/{key}'

export const tables = {
  menu: () => call<{ items: TableMenuEntry[] }>('get', '/api/v1/table-menu'),
  definitions: (query: { q?: string } & Paging) => call<Page<TableDefinitionRow>>('get', '/api/v1/table-definitions', { query: { ...query } }),
  choices: () => call<{ sources: TableChoice[]; roles: TableChoice[] }>('get', '/api/v1/table-choices'),
  create: (body: { key: string; title: string; source?: string }, key: string) => call<TableDefinition>('post', '/api/v1/table-definitions', { body, key }),
  definition: (key: string) => call<TableDefinition>('get', DEFINITION, { path: { key } }),
  saveDraft: (key: string, body: { revision: number; content: TableContent }) => call<TableDefinition>('put', `${DEFINITION}/draft`, { path: { key }, body }),
  act: (key: string, act: 'publish' | 'disable' | 'enable', revision: number) => call<TableDefinition>('post', `${DEFINITION}/${act}`, { path: { key }, body: { revision } }),
  copy: (key: string) => call<TableDefinition>('post', `${DEFINITION}/copy`, { path: { key } }),

  table: (key: string) => call<TableView>('get', TABLE, { path: { key } }),
  roles: (key: string) => call<{ items: { key: string; title: string }[] }>('get', `${TABLE}/roles`, { path: { key } }),
  rows: (key: string, query: TableRowsQuery) => call<Page<TableLine>>('get', `${TABLE}/rows`, { path: { key }, query: { ...query } }),
  row: (key: string, id: string) => call<TableRow>('get', `${TABLE}/rows/{id}`, { path: { key, id } }),
  enter: (key: string, data: Record<string, unknown>, once: string) => call<TableRow>('post', `${TABLE}/rows`, { path: { key }, body: { data }, key: once }),
  change: (key: string, id: string, body: { revision: number; data: Record<string, unknown>; keep: string[] }) => call<TableRow>('put', `${TABLE}/rows/{id}`, { path: { key, id }, body }),
  remove: (key: string, id: string, revision: number) => call<void>('delete', `${TABLE}/rows/{id}`, { path: { key, id }, query: { revision } }),
  reveal: (key: string, id: string, body: { field: string; reason: string }) => call<{ value: string }>('post', `${TABLE}/rows/{id}/reveal`, { path: { key, id }, body }),
  importRows: (key: string, body: { file_name: string; content_base64: string; trial: boolean }) => call<TableImportReport>('post', `${TABLE}/import`, { path: { key }, body }),
  frameAddress: (key: string) => address(`${TABLE}/import-frame`, { path: { key } }),
  exportAddress: (key: string, query: TableRowsQuery) => address(`${TABLE}/export`, { path: { key }, query: { ...query } }),

  templates: (key: string) => call<{ items: TableTemplate[] }>('get', `${TABLE}/templates`, { path: { key } }),
  template: (key: string, id: string) => call<TableTemplate>('get', `${TABLE}/templates/{id}`, { path: { key, id } }),
  saveTemplate: (key: string, body: TableTemplateContent, once: string) => call<TableTemplate>('post', `${TABLE}/templates`, { path: { key }, body, key: once }),
  changeTemplate: (key: string, id: string, body: { revision: number; content: TableTemplateContent }) => call<TableTemplate>('put', `${TABLE}/templates/{id}`, { path: { key, id }, body }),
  removeTemplate: (key: string, id: string) => call<void>('delete', `${TABLE}/templates/{id}`, { path: { key, id } }),
  report: (key: string, body: TableReport) => call<TableReportResult>('post', `${TABLE}/report`, { path: { key }, body }),
  reportAddress: (key: string, report: TableReport, title: string) => address(`${TABLE}/report/export`, { path: { key }, query: { report: JSON.stringify(report), title } }),
  outputs: (query: Paging) => call<Page<TableOutput>>('get', '/api/v1/table-outputs', { query: { ...query } }),
  outputAddress: (id: string) => address('/api/v1/table-outputs/{id}/file', { path: { id } }),
}
