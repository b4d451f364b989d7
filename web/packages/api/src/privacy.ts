/** Personal data: what is held about oneself, who looked, who got it; requests, purposes and assessments at the desk; the gap between networks. */
import type { components } from './schema.d.ts'
import { call, newKey } from './transport.ts'
import type { Whole } from './typed.ts'
import type { Page } from './types.ts'

type S = components['schemas']
export type MyPrivacy = Whole<S['MyPrivacy']>
export type PrivacyHolding = MyPrivacy['holdings'][number]
export type PrivacyPurpose = MyPrivacy['purposes'][number]
export type PrivacyLook = Whole<S['PrivacyLook']>
export type PrivacyDisclosure = Whole<S['PrivacyDisclosure']>
export type MyPrivacyRequest = Whole<S['MyPrivacyRequest']>
export type PrivacyRequestView = Whole<S['PrivacyRequestView']>
export type PrivacyCase = Whole<S['PrivacyCase']>
export type PrivacyOrder = Whole<S['PrivacyOrder']>
export type PrivacyDone = Whole<S['PrivacyDone']>
export type PrivacyPurposeRow = Whole<S['PrivacyPurposeRow']>
export type PrivacyAssessment = Whole<S['PrivacyAssessment']>
export type NewPrivacyAssessment = Whole<S['NewPrivacyAssessment']>
export type TransferView = Whole<S['TransferView']>
export type TransferPacket = Whole<S['TransferPacket']>
interface Paging { limit?: number; cursor?: string }

/** The owner's side. */
export const myPrivacy = {
  all: () => call<MyPrivacy>('get', '/api/v1/my/privacy'),
  looks: (query: Paging) => call<Page<PrivacyLook>>('get', '/api/v1/my/privacy/looks', { query: { ...query } }),
  disclosures: () => call<{ items: PrivacyDisclosure[]; most: number }>('get', '/api/v1/my/privacy/disclosures'),
  decide: (key: string, body: { version: number; given: boolean }) => call<PrivacyPurpose>('put', '/api/v1/my/privacy/purposes/{key}', { path: { key }, body }),
  requests: () => call<{ items: MyPrivacyRequest[] }>('get', '/api/v1/my/privacy/requests'),
  ask: (body: { kind: 'correct' | 'delete'; held_key: string; text: string }, key = newKey()) => call<MyPrivacyRequest>('post', '/api/v1/my/privacy/requests', { body, key }),
}

/** The desk's side. */
export const privacy = {
  requests: (query: { state?: string; q?: string } & Paging) => call<Page<PrivacyRequestView>>('get', '/api/v1/security/privacy/requests', { query: { ...query } }),
  request: (id: string) => call<PrivacyCase>('get', '/api/v1/security/privacy/requests/{id}', { path: { id } }),
  answer: (id: string, body: { version: number; granted: boolean; text: string; places?: PrivacyOrder[] }) => call<PrivacyRequestView>('post', '/api/v1/security/privacy/requests/{id}/answer', { path: { id }, body }),
  purposes: () => call<{ items: PrivacyPurposeRow[]; overdue: number }>('get', '/api/v1/security/privacy/purposes'),
  assessments: (query: Paging) => call<Page<PrivacyAssessment>>('get', '/api/v1/security/privacy/assessments', { query: { ...query } }),
  assess: (body: NewPrivacyAssessment, key = newKey()) => call<PrivacyAssessment>('post', '/api/v1/security/privacy/assessments', { body, key }),
  confirm: (id: string, version: number) => call<PrivacyAssessment>('post', '/api/v1/security/privacy/assessments/{id}/confirm', { path: { id }, body: { version } }),
}

/** Data across the gap. */
export const transfer = {
  standing: () => call<TransferView>('get', '/api/v1/security/transfer'),
  packets: (query: { direction?: string; state?: string; kind?: string; taken?: string } & Paging) => call<Page<TransferPacket>>('get', '/api/v1/security/transfer/packets', { query: { ...query } }),
  resend: (no: number, reason: string) => call<void>('post', '/api/v1/security/transfer/packets/{no}/resend', { path: { no: String(no) }, body: { reason } }),
  take: (no: number, reason: string) => call<void>('post', '/api/v1/security/transfer/packets/{no}/take', { path: { no: String(no) }, body: { reason } }),
}
