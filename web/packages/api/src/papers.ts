/** Papers: print templates and field mappings of the library, papers of items, prints and stamps of a case, verification. All throw `ApiProblem`. */
import { address, call, newKey } from './transport.ts'
import type { Page } from './types.ts'
import { sendFile } from './upload.ts'

const DESIGN = '/api/v1/design'
const ITEM_PAPERS = '/api/v1/item-papers'

export type PrintFormat = 'docx' | 'pdf'
export interface PrintPlace { name: string; repeats: boolean; from: string }
export interface PrintSource { from: string; label: string; table: boolean; columns: { key: string; label: string }[] }
export interface PrintInsight { format: PrintFormat; pages: { width: number; height: number }[]; places: PrintPlace[]; sources: PrintSource[] }
export interface MappingRun { record: Record<string, unknown>; problems: { pointer: string; code: string; message: string }[] }

export interface ItemPaperContent {
  item_slug: string; title: string; handle_item: string; situation: Record<string, string>; kind: 'print' | 'paper'; paper_key: string; purpose: 'print' | 'notice'
  moment: '' | 'submitted' | 'accepted' | 'decided'; seal: '' | 'notice' | 'acceptance'; seal_org_id: string | null; stamp_at: '' | 'made' | 'window' | 'step'; step: string; disabled: boolean
}
export interface ItemPaper extends ItemPaperContent { id: string; item_name: string; version: number; changed_by_name: string; changed_at: string }
export interface PaperStamp {
  id: string; case_id: string; case_number: string; item_name: string; document_id: string; title: string; seal_name: string; place: string; state: 'waiting' | 'done'
  asked_at: string; asked_by_name: string; done_at: string | null; digest: string
}
export interface PrintChoice { id: string; title: string; formats: PrintFormat[]; values_only: boolean; stamp: boolean }
export interface PrintMenu { papers: PrintChoice[]; documents: { id: string; name: string }[]; stamps: PaperStamp[] }
export interface PrintAsk { format?: PrintFormat; values_only?: boolean; x?: number; y?: number; full?: boolean; reason?: string }
export interface DocumentAnswer {
  genuine: boolean; verdict: string; checked_at: string
  seals: { seal: string; signer: string; signed_at: string | null; intact: boolean; trusted: boolean; problem: string | null }[]
  document: { name: string; number: string | null; item_name: string; issuer: string; made_at: string; latest: boolean } | null
}
interface Paging { cursor?: string; limit?: number }

export const papersApi = {
  inspect: (content: string) => call<PrintInsight>('post', `${DESIGN}/prints/inspect`, { body: { content } }),
  preview: (body: { content: string; data: Record<string, unknown>; format: PrintFormat; values_only: boolean }) => call<Blob>('post', `${DESIGN}/prints/preview`, { body, as: 'blob' }),
  runMapping: (content: string, data: Record<string, unknown>) => call<MappingRun>('post', `${DESIGN}/mappings/run`, { body: { content, data } }),

  list: (query: { q?: string; item?: string; purpose?: string; sealed?: string } & Paging) => call<Page<ItemPaper>>('get', ITEM_PAPERS, { query: { ...query } }),
  create: (body: ItemPaperContent, key = newKey()) => call<ItemPaper>('post', ITEM_PAPERS, { body, key }),
  save: (id: string, body: ItemPaperContent & { version: number }) => call<ItemPaper>('put', `${ITEM_PAPERS}/{id}`, { path: { id }, body }),
  remove: (id: string) => call<void>('delete', `${ITEM_PAPERS}/{id}`, { path: { id } }),
  stamps: (query: { q?: string; state?: string } & Paging) => call<Page<PaperStamp>>('get', '/api/v1/paper-stamps', { query: { ...query } }),

  menu: (id: string) => call<PrintMenu>('get', '/api/v1/cases/{id}/prints', { path: { id } }),
  print: (id: string, paper: string, ask: PrintAsk) => call<Blob>('get', '/api/v1/cases/{id}/prints/{paper}', { path: { id, paper }, query: { ...ask }, as: 'blob' }),
  stamp: (id: string, body: { version: number; document_id?: string; paper_id?: string }) => call<PaperStamp>('post', '/api/v1/cases/{id}/stamps', { path: { id }, body }),

  mine: (id: string) => call<PrintChoice[]>('get', '/api/v1/my/cases/{id}/prints', { path: { id } }),
  myAddress: (id: string, paper: string, format: PrintFormat = 'pdf') => address('/api/v1/my/cases/{id}/prints/{paper}', { path: { id, paper }, query: { format } }),
  verify: (file: File) => sendFile<DocumentAnswer>('/api/v1/documents/verify-file', file),
}
