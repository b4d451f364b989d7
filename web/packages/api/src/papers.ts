/** Papers: print templates and field mappings of the library, papers of items, prints and stamps of a case, verification. All throw `ApiProblem`. */
import { address, call, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'
import type { Page } from './types.ts'
import { sendFile } from './upload.ts'

const DESIGN = '/api/v1/design'
const ITEM_PAPERS = '/api/v1/item-papers'
const PRINTS = '/api/v1/cases/{id}/prints'
const MY_PRINTS = '/api/v1/my/cases/{id}/prints'

export type PrintFormat = S['PrintFormat']
export type PrintPlace = S['PrintPlace']
export type PrintSource = S['PrintSource']
export type PrintInsight = S['PrintInsight']
export type MappingRun = Narrow<S['MappingRun'], { record: Record<string, unknown> }>

/** Empty words say none; the document leaves these open. */
interface PaperWords { situation: Record<string, string>; kind: 'print' | 'paper'; purpose: 'print' | 'notice'; moment: '' | 'submitted' | 'accepted' | 'decided'; seal: '' | 'notice' | 'acceptance'; stamp_at: '' | 'made' | 'window' | 'step' }
export type ItemPaperContent = Narrow<Whole<S['ItemPaperContent']>, PaperWords>
export type ItemPaper = Narrow<Whole<S['ItemPaper']>, PaperWords>
export type PaperStamp = Narrow<Whole<S['PaperStamp']>, { state: 'waiting' | 'done' }>
export type PrintChoice = S['PrintChoice']
export type PrintMenu = Whole<S['PrintMenu']>
export type PrintAsk = QueryFor<'/api/v1/cases/{id}/prints/{paper}'>
export type DocumentAnswer = Whole<S['DocumentAnswer']>
/** As an address holds it: every condition a text. */
export type ItemPaperQuery = QueryFor<typeof ITEM_PAPERS>
export type PaperStampQuery = Narrow<QueryFor<'/api/v1/paper-stamps'>, { state?: string }>

export const papersApi = {
  inspect: (content: string) => ask('post', `${DESIGN}/prints/inspect`, { body: { content } }),
  preview: (body: S['PreviewPrint']) => call<Blob>('post', `${DESIGN}/prints/preview`, { body, as: 'blob' }),
  runMapping: (content: string, data: Record<string, unknown>) => said<MappingRun>(ask('post', `${DESIGN}/mappings/run`, { body: { content, data } })),

  list: (query: ItemPaperQuery) => said<Page<ItemPaper>>(ask('get', ITEM_PAPERS, { query })),
  exportAddress: (query: ItemPaperQuery) => address(`${ITEM_PAPERS}/export`, { query: { ...query, limit: undefined, cursor: undefined } }),
  create: (body: ItemPaperContent, key = newKey()) => said<ItemPaper>(ask('post', ITEM_PAPERS, { body, key })),
  save: (id: string, body: ItemPaperContent & { version: number }) => said<ItemPaper>(ask('put', `${ITEM_PAPERS}/{id}`, { path: { id }, body })),
  remove: (id: string) => ask('delete', `${ITEM_PAPERS}/{id}`, { path: { id } }),
  stamps: (query: PaperStampQuery) => said<Page<PaperStamp>>(ask('get', '/api/v1/paper-stamps', { query: query as QueryFor<'/api/v1/paper-stamps'> })),
  stampsExportAddress: (query: PaperStampQuery) => address('/api/v1/paper-stamps/export', { query: { ...query, limit: undefined, cursor: undefined } }),

  menu: (id: string) => ask('get', PRINTS, { path: { id } }),
  print: (id: string, paper: string, query: PrintAsk) => call<Blob>('get', `${PRINTS}/{paper}`, { path: { id, paper }, query: { ...query }, as: 'blob' }),
  stamp: (id: string, body: S['StampPaper']) => said<PaperStamp>(ask('post', '/api/v1/cases/{id}/stamps', { path: { id }, body })),

  mine: (id: string) => ask('get', MY_PRINTS, { path: { id } }),
  myAddress: (id: string, paper: string, format: PrintFormat = 'pdf') => address(`${MY_PRINTS}/{paper}`, { path: { id, paper }, query: { format } }),
  verify: (file: File) => sendFile<DocumentAnswer>('/api/v1/documents/verify-file', file),
}
