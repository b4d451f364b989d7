/** Connected systems and the ledger of what went in and out, for the desk. All throw `ApiProblem`. */
import { address, call, newKey } from './transport.ts'
import type { Page } from './types.ts'

export interface SystemGrant { interface: string; items: string[]; fields: string[]; valid_until?: string | null }
export interface SystemSecret { id: string; hint: string; valid_from: string; valid_until: string | null; state: 'coming' | 'valid' | 'ended'; state_label: string; created_by: string; created_at: string }
export interface ConnectedSystem {
  id: string; version: number; app_id: string; name: string; owner_org_id: string; owner_org_name: string; contact_name: string; contact_phone_masked: string; description: string; callbacks: string[]
  environment: string; environment_label: string; networks: string[]; formula: string; formula_label: string; enabled: boolean; state_label: string; grants: SystemGrant[]; secrets: SystemSecret[]; created_at: string; updated_at: string
}
export interface SystemDraft { app_id: string; name: string; owner_org_id: string; contact_name: string; contact_phone: string; description: string; callbacks: string[]; environment: string; networks: string[]; formula: string }
export interface SystemChoices {
  environments: { key: string; label: string }[]; environment: string; formulas: { key: string; label: string }[]
  interfaces: { key: string; label: string; by_item: boolean; fields: { key: string; label: string }[] }[]; orgs: { id: string; name: string }[]
}
export interface SystemChange { id: string; at: string; actor_name: string; action: string; action_label: string; detail: unknown }
export interface LedgerQuery { direction?: string; system?: string; result?: string; event?: string; q?: string; from?: string; to?: string; limit?: number; cursor?: string }
export interface LedgerEntry {
  id: string; at: string; direction: 'in' | 'out'; direction_label: string; party: string; party_name: string; address: string; operation: string; event: string | null; case_number: string | null
  digest: string; size: number; result: 'ok' | 'refused' | 'failed'; result_label: string; status: number; code: string; duration_ms: number
}
export interface LedgerDetail extends LedgerEntry { case_id: string | null; detail: string | null }
export interface ReportRow { case_id: string; case_number: string; state: 'waiting' | 'sent' | 'failed'; state_label: string; sent_no: number; last_no: number; attempts: number; last_error: string | null; updated_at: string }
interface Paging { limit?: number; cursor?: string }

const SYSTEM = '/api/v1/systems/{id}'

export const exchange = {
  systems: (query: { q?: string; state?: string; environment?: string } & Paging): Promise<Page<ConnectedSystem>> => call('get', '/api/v1/systems', { query: { ...query } }),
  choices: () => call<SystemChoices>('get', '/api/v1/systems/choices'),
  system: (id: string) => call<ConnectedSystem>('get', SYSTEM, { path: { id } }),
  createSystem: (body: SystemDraft) => call<ConnectedSystem>('post', '/api/v1/systems', { body, key: newKey() }),
  saveSystem: (id: string, body: SystemDraft & { version: number }) => call<ConnectedSystem>('put', SYSTEM, { path: { id }, body }),
  switchSystem: (id: string, on: boolean, body: { version: number; reason: string }) => call<ConnectedSystem>('post', `${SYSTEM}/${on ? 'enable' : 'disable'}`, { path: { id }, body }),
  grantSystem: (id: string, body: { version: number; grants: SystemGrant[] }) => call<ConnectedSystem>('put', `${SYSTEM}/grants`, { path: { id }, body }),
  addSecret: (id: string, body: { valid_from?: string; valid_until?: string }) => call<{ id: string; secret: string }>('post', `${SYSTEM}/secrets`, { path: { id }, body }),
  endSecret: (id: string, secretId: string, body: { at?: string }) => call<ConnectedSystem>('post', `${SYSTEM}/secrets/{secretId}/end`, { path: { id, secretId }, body }),
  systemChanges: (id: string, query: Paging): Promise<Page<SystemChange>> => call('get', `${SYSTEM}/changes`, { path: { id }, query: { ...query } }),

  ledger: (query: LedgerQuery): Promise<Page<LedgerEntry>> => call('get', '/api/v1/exchange/ledger', { query: { ...query } }),
  ledgerEntry: (id: string) => call<LedgerDetail>('get', '/api/v1/exchange/ledger/{id}', { path: { id } }),
  ledgerExportAddress: (query: LedgerQuery) => address('/api/v1/exchange/ledger/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  reports: (query: { state?: string; q?: string } & Paging) => call<Page<ReportRow> & { counts: Record<string, number>; target: { url: string; on: boolean } }>('get', '/api/v1/exchange/reports', { query: { ...query } }),
  resend: (caseId: string) => call<void>('post', '/api/v1/exchange/reports/{caseId}/resend', { path: { caseId }, body: {} }),
}
