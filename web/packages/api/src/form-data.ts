/** Filled-in data of cases, the data items of forms, flows that a department draws for itself. All throw `ApiProblem`. */
import type { DesignDefinition, DesignDraft } from './design.ts'
import { address, call, newKey } from './transport.ts'
import type { Page } from './types.ts'

export type DataStore = 'plain' | 'sealed' | 'form' | 'nowhere'
export interface DataItem { field: string; label: string; type: string; code: string; name: string; store: DataStore; personal: boolean }
export interface FormDataItems { form: string; version: number; items: DataItem[]; changed_by_name: string; changed_at: string | null }
export interface FormDataRow {
  id: string; case_number: string; item_name: string; handle_item_name: string; form_title: string; form_version: number; applicant_name: string; org_name: string
  state_label: string; submitted_at: string | null; corrections: number; cells: { code: string; text: string }[]
}
export interface FormDataColumn { code: string; name: string; store: DataStore }
export interface FormDataList extends Page<FormDataRow> { columns: FormDataColumn[] }
export interface FormDataItem extends DataItem { text: string; correctable: boolean }
export interface FormCorrection { id: string; at: string; by_name: string; reason: string; fields: { field: string; label: string; before: string; after: string }[] }
export interface FormDataView {
  id: string; version: number; case_number: string; item_name: string; handle_item_name: string; applicant_name: string; state_label: string; submitted_at: string | null
  form_version: number; form: { schema: Record<string, unknown>; data: Record<string, unknown> }; items: FormDataItem[]; corrections: FormCorrection[]
}
export interface FormDataQuery { form?: string; item?: string; q?: string; from?: string; to?: string; code?: string; value?: string }
export interface OwnFlow { id: string; state: 'draft' | 'published' | 'disabled'; version: number | null; draft: boolean; outdated: boolean; changed_by_name: string; changed_at: string }
export interface OwnFlowLine { item: string; item_name: string; org_id: string; org_name: string; days: number | null; visits: number; own: OwnFlow | null }
interface Paging { cursor?: string; limit?: number }

const DATA = '/api/v1/form-data'
const ITEMS = '/api/v1/design/definitions/{id}/data-items'
const OWN = '/api/v1/design/own-flows'

export const formData = {
  list: (query: FormDataQuery & Paging) => call<FormDataList>('get', DATA, { query: { ...query } }),
  forms: (q = '') => call<{ items: { key: string; name: string }[] }>('get', `${DATA}/forms`, { query: { q } }),
  one: (id: string) => call<FormDataView>('get', `${DATA}/{id}`, { path: { id } }),
  correct: (id: string, body: { version: number; reason: string; data: Record<string, unknown> }) => call<void>('post', `${DATA}/{id}/correct`, { path: { id }, body }),
  /** One field as it is: by right, level and reason. */
  reveal: (id: string, field: string, reason: string) => call<{ value: string }>('get', '/api/v1/cases/{id}/reveal', { path: { id }, query: { field: `form.${field}`, reason } }),
  exportAddress: (query: FormDataQuery) => address(`${DATA}/export`, { query: { ...query } }),
  /** As bytes, so that a refusal can be read. */
  exportWhole: (query: FormDataQuery, reason: string) => call<Blob>('get', `${DATA}/export`, { query: { ...query, raw: true, reason }, as: 'blob' }),
  items: (id: string) => call<FormDataItems>('get', ITEMS, { path: { id } }),
  setItems: (id: string, body: { version: number; items: Pick<DataItem, 'field' | 'code' | 'name' | 'store'>[] }) => call<FormDataItems>('put', ITEMS, { path: { id }, body }),
}

export const ownFlows = {
  list: (query: { q?: string } & Paging) => call<Page<OwnFlowLine>>('get', OWN, { query: { ...query } }),
  begin: (item: string, key = newKey()) => call<DesignDefinition>('post', OWN, { body: { item }, key }),
  saveDraft: (id: string, body: DesignDraft) => call<DesignDefinition>('put', `${OWN}/{id}/draft`, { path: { id }, body }),
  dropDraft: (id: string, revision: number) => call<void>('delete', `${OWN}/{id}/draft`, { path: { id }, body: { revision } }),
  publish: (id: string, body: { revision: number; note: string }) => call<DesignDefinition>('post', `${OWN}/{id}/publish`, { path: { id }, body }),
  disable: (id: string, reason: string) => call<DesignDefinition>('post', `${OWN}/{id}/disable`, { path: { id }, body: { reason } }),
  enable: (id: string) => call<DesignDefinition>('post', `${OWN}/{id}/enable`, { path: { id } }),
}
