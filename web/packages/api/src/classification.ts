/** Class and level of data, scans, masked copies, grades of people: for the desk. Types come from the OpenAPI document. */
import type { components } from './schema.d.ts'
import { address, call, newKey } from './transport.ts'
import type { Whole } from './typed.ts'
import type { Page } from './types.ts'

type S = components['schemas']
export type DataField = Whole<S['DataField']>
export type DataFieldWhole = Whole<S['DataFieldWhole']>
export type DataFieldFigures = Whole<S['DataFieldFigures']>
export type DataMasking = S['DataMasking']
export type DataExport = S['DataExport']
export type DataInventory = Whole<S['DataInventory']>
export type DataScan = Whole<S['DataScan']>
export type DataFinding = Whole<S['DataFindingList']>['items'][number]
export type DataFindings = Page<DataFinding> & { open: number }
export type DataCopy = Whole<S['DataCopy']>
export type DataCopyWhole = Whole<S['DataCopyWhole']>
export type DataCopyFile = Whole<S['DataCopyFile']>
export type DataCopyTable = S['DataCopyTable']
export type DataGrade = Whole<S['DataGrade']>
export interface DataFieldQuery { q?: string; domain?: string; class?: string; level?: string; state?: string; limit?: number; cursor?: string }
interface Paging { limit?: number; cursor?: string }
interface Decision { version: number; text: string }

const FIELD = '/api/v1/security/fields/{id}'
const COPY = '/api/v1/security/copies/{id}'
const GRADE = '/api/v1/security/grades/{subject}'

export const classification = {
  fields: (query: DataFieldQuery) => call<Page<DataField>>('get', '/api/v1/security/fields', { query: { ...query } }),
  figures: () => call<DataFieldFigures>('get', '/api/v1/security/fields/figures'),
  reportAddress: (query: DataFieldQuery) => address('/api/v1/security/fields/report', { query: { ...query, limit: undefined, cursor: undefined } }),
  takeInventory: () => call<DataInventory>('post', '/api/v1/security/fields/inventory', { body: {} }),
  field: (id: string) => call<DataFieldWhole>('get', FIELD, { path: { id } }),
  propose: (id: string, body: S['DataFieldProposal']) => call<DataFieldWhole>('put', FIELD, { path: { id }, body }),
  confirm: (id: string, body: Decision) => call<DataFieldWhole>('post', `${FIELD}/confirm`, { path: { id }, body }),
  reject: (id: string, body: Decision) => call<DataFieldWhole>('post', `${FIELD}/reject`, { path: { id }, body }),
  confirmMany: (items: { id: string; version: number }[], text: string) => call<S['ConfirmedDataFields']>('post', '/api/v1/security/fields/confirm', { body: { items, text } }),

  scans: (query: Paging) => call<Page<DataScan>>('get', '/api/v1/security/scans', { query: { ...query } }),
  startScan: () => call<S['StartedDataScan']>('post', '/api/v1/security/scans', { body: {}, key: newKey() }),
  findings: (query: { state?: string } & Paging) => call<DataFindings>('get', '/api/v1/security/findings', { query: { ...query } }),
  accept: (id: string, body: Decision) => call<void>('post', '/api/v1/security/findings/{id}/accept', { path: { id }, body }),
  dismiss: (id: string, body: Decision) => call<void>('post', '/api/v1/security/findings/{id}/dismiss', { path: { id }, body }),

  copies: (query: Paging) => call<Page<DataCopy>>('get', '/api/v1/security/copies', { query: { ...query } }),
  copyTables: () => call<DataCopyTable[]>('get', '/api/v1/security/copies/tables'),
  startCopy: (body: S['CreateDataCopy']) => call<DataCopyWhole>('post', '/api/v1/security/copies', { body, key: newKey() }),
  copy: (id: string) => call<DataCopyWhole>('get', COPY, { path: { id } }),
  discardCopy: (id: string, body: { version: number; reason: string }) => call<DataCopyWhole>('post', `${COPY}/discard`, { path: { id }, body }),
  fileAddress: (id: string, file: string) => address(`${COPY}/files/{file}`, { path: { id, file } }),

  grades: () => call<{ items: DataGrade[] }>('get', '/api/v1/security/grades'),
  people: () => call<{ items: { id: string; name: string; org_name: string }[] }>('get', '/api/v1/security/grades/people'),
  proposeGrade: (subject: string, body: { version: number; level: number; reason: string }) => call<{ items: DataGrade[] }>('put', GRADE, { path: { subject }, body }),
  decideGrade: (subject: string, act: 'confirm' | 'reject', body: Decision) => call<{ items: DataGrade[] }>('post', `${GRADE}/${act}`, { path: { subject }, body }),
}
