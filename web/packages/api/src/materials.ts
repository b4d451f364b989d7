/** Papers kept of people and bodies: the own disk (portal), the centre, sources, proofs between bodies, grants to systems (desk). All throw `ApiProblem`. */
import { address, call, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'
import type { FileRef, Page } from './types.ts'

export type PaperStanding = S['MaterialStanding']
export type DiskItem = Narrow<Whole<S['DiskItem']>, { file: FileRef; source: 'own' | 'licence' | 'case' | 'pull' | 'proof' }>
export type DiskCount = Whole<S['DiskCount']>
export type DiskList = Page<DiskItem> & { categories: DiskCount[]; ending: number; notice_days: number }
export type DiskVersion = Narrow<Whole<S['DiskVersion']>, { file: FileRef }>
export type PaperLook = Whole<S['MaterialLook']>
export interface DiskDetail { item: DiskItem; versions: DiskVersion[]; looks: PaperLook[] }
export interface DiskOffer { material_key: string; items: DiskItem[] }
export type KeptMaterial = Narrow<Whole<S['KeptMaterial']>, { file: FileRef }>
export interface KeptMaterialDetail { material: KeptMaterial; versions: DiskVersion[]; looks: PaperLook[] }
export type MaterialQuery = QueryFor<'/api/v1/materials'>
export type MaterialWords = Whole<S['MaterialWords']>
export type MaterialPull = Narrow<Whole<S['MaterialPull']>, { state: 'waiting' | 'done' | 'not_found' | 'failed' }>
export type ProofRequest = Narrow<Whole<S['ProofRequest']>, { file: FileRef | null }>
export type ProofQuery = QueryFor<'/api/v1/proof-requests'>
export type MaterialGrant = Whole<S['MaterialGrant']>

const PAPER = '/api/v1/my/disk/{id}'
const PROOF = '/api/v1/proof-requests/{id}'
const whole = { limit: undefined, cursor: undefined }

/** The own disk of a citizen or enterprise. */
export const disk = {
  list: (query: QueryFor<'/api/v1/my/disk'>) => said<DiskList>(ask('get', '/api/v1/my/disk', { query })),
  one: (id: string) => said<DiskDetail>(ask('get', PAPER, { path: { id } })),
  add: (body: S['AddToDisk'], key = newKey()) => said<DiskItem>(ask('post', '/api/v1/my/disk', { body, key })),
  change: (id: string, body: S['ChangeInDisk']) => said<DiskItem>(ask('put', PAPER, { path: { id }, body })),
  remove: (id: string, version: number) => ask('delete', PAPER, { path: { id }, query: { version } }),
  fileAddress: (id: string) => address(`/api/v1/my/disk/${id}/file`),
  copy: (id: string, purpose: string) => call<Blob>('post', `${PAPER}/copy`, { path: { id }, body: { purpose }, as: 'blob' }),
  offers: (case_id: string) => said<{ items: DiskOffer[] }>(ask('get', '/api/v1/my/disk/offers', { query: { case_id } })),
  use: (id: string, body: S['DiskUse']) => ask('post', `${PAPER}/use`, { path: { id }, body }),
  take: (id: string) => said<FileRef>(ask('post', `${PAPER}/take`, { path: { id } })),
}

/** The material centre of the desk. */
export const centre = {
  list: (query: MaterialQuery) => said<Page<KeptMaterial>>(ask('get', '/api/v1/materials', { query })),
  exportAddress: (query: MaterialQuery) => address('/api/v1/materials/export', { query: { ...query, ...whole } }),
  words: () => said<MaterialWords>(ask('get', '/api/v1/materials/words')),
  one: (id: string, number?: string) => said<KeptMaterialDetail>(ask('get', '/api/v1/materials/{id}', { path: { id }, query: { number } })),
  open: (id: string, body: S['OpenMaterial']) => call<Blob>('post', '/api/v1/materials/{id}/open', { path: { id }, body, as: 'blob' }),
  use: (id: string, body: S['UseMaterial']) => ask('post', '/api/v1/materials/{id}/use', { path: { id }, body }),

  pulls: (query: QueryFor<'/api/v1/material-pulls'>) => said<Page<MaterialPull>>(ask('get', '/api/v1/material-pulls', { query })),
  pull: (body: S['NewPull'], key = newKey()) => said<MaterialPull>(ask('post', '/api/v1/material-pulls', { body, key })),
  retry: (id: string, version: number) => said<MaterialPull>(ask('post', '/api/v1/material-pulls/{id}/retry', { path: { id }, body: { version } })),

  grants: (query: QueryFor<'/api/v1/material-grants'>) => said<Page<MaterialGrant>>(ask('get', '/api/v1/material-grants', { query })),
  grant: (body: S['NewMaterialGrant'], key = newKey()) => said<MaterialGrant>(ask('post', '/api/v1/material-grants', { body, key })),
  endGrant: (id: string, version: number) => said<MaterialGrant>(ask('post', '/api/v1/material-grants/{id}/end', { path: { id }, body: { version } })),
}

/** Proofs asked of the body that owns them. */
export const proofs = {
  list: (query: ProofQuery) => said<Page<ProofRequest>>(ask('get', '/api/v1/proof-requests', { query })),
  exportAddress: (query: ProofQuery) => address('/api/v1/proof-requests/export', { query: { ...query, ...whole } }),
  one: (id: string) => said<ProofRequest>(ask('get', PROOF, { path: { id } })),
  ask: (body: S['NewProof'], key = newKey()) => said<ProofRequest>(ask('post', '/api/v1/proof-requests', { body, key })),
  answer: (id: string, body: S['AnswerProof']) => said<ProofRequest>(ask('post', `${PROOF}/answer`, { path: { id }, body })),
  refuse: (id: string, body: S['EndProof']) => said<ProofRequest>(ask('post', `${PROOF}/refuse`, { path: { id }, body })),
  withdraw: (id: string, body: S['EndProof']) => said<ProofRequest>(ask('post', `${PROOF}/withdraw`, { path: { id }, body })),
  receive: (id: string, body: S['ReceiveProof']) => said<ProofRequest>(ask('post', `${PROOF}/receive`, { path: { id }, body })),
  reveal: (id: string, reason: string) => ask('post', `${PROOF}/reveal`, { path: { id }, body: { reason } }),
  fileAddress: (id: string) => address(`/api/v1/proof-requests/${id}/file`),
}
