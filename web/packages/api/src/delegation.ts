/** Who acts for whom: grants of enterprises to managers and agents, of elders to their family, and the log of their use. */
import { call, newKey } from './transport.ts'
import type { Page } from './types.ts'

export type GrantRole = 'manager' | 'agent' | 'proxy'
export type GrantState = 'waiting' | 'active' | 'refused' | 'revoked' | 'expired'
export interface KeyName { key: string; name: string }
/** From when to when, for which items and materials. Dates are China dates, both days included. */
export interface GrantScope { starts_on: string; ends_on: string; all_items: boolean; items: string[]; all_materials: boolean; materials: string[] }
export interface GrantParty { kind: string; name: string; id_number_masked: string; phone_masked: string }
export interface Grant {
  id: string; version: number; role: GrantRole; role_label: string; state: GrantState; state_label: string
  /** Who asked first: `give` = the principal, `ask` = who wants to act. */
  direction: 'give' | 'ask'
  principal: GrantParty; grantee: GrantParty
  /** The person who gave it: the elder, the legal representative or a manager. */
  granted_by: string
  relation: string; starts_on: string; ends_on: string; all_items: boolean; items: KeyName[]; all_materials: boolean; materials: KeyName[]
  /** The manager's grant it hangs on. */
  parent_id: string | null
  created_at: string; activated_at: string | null; ended_at: string | null; confirmed: string; end_reason: string; use_count: number; last_used_at: string | null
  my_side: 'principal' | 'grantee'
  can: { accept: boolean; refuse: boolean; change: boolean; revoke: boolean }
}
export interface Grants extends Page<Grant> { counts: { waiting_for_me: number; active: number; ended: number } }
export interface NewGrant extends GrantScope {
  direction: 'give' | 'ask'; role: GrantRole; acting_for: string | null; party: { name: string; id_number: string; phone: string }; relation: string
}
export interface GrantUse {
  id: string; at: string; grantor_name: string; grantee_name: string; item_key: string; item_name: string; case_id: string | null
  action: string; action_label: string; material_key: string | null; material_name: string | null; allowed: boolean; refusal: string
}
/** For whom one may act now; `grant_id` null is oneself. */
export interface ActingFor {
  grant_id: string | null; kind: 'self' | 'enterprise' | 'person'; name: string; role: GrantRole | null; role_label: string; relation: string; starts_on: string | null; ends_on: string | null
  all_items: boolean; items: KeyName[]; all_materials: boolean; materials: KeyName[]
  /** Roles that may be given from this place; the scope of this row is the most that may be given. */
  may_appoint: GrantRole[]
}
/** Under which grant the caller stands to a case; null for the applicant. */
export interface Acting { grant_id: string; role: GrantRole; role_label: string; for_name: string; ends_on: string }
/** What cases tell besides when somebody acts for the applicant. Absent on servers that know no grants. */
export interface OnBehalf {
  applicant_name?: string
  agent?: { name: string; role: GrantRole | null; role_label: string } | null
  acting?: Acting | null
  steps?: { at: string; who: string; role_label: string; action: string; action_label: string; text: string }[]
}

const ONE = '/api/v1/portal/grants/{id}'

export const delegation = {
  actingFor: () => call<{ items: ActingFor[] }>('get', '/api/v1/portal/me/acting-for'),
  grants: (query: { side?: 'given' | 'received'; state?: 'waiting' | 'active' | 'ended'; role?: string; q?: string; limit?: number; cursor?: string }) =>
    call<Grants>('get', '/api/v1/portal/grants', { query }),
  grant: (id: string) => call<Grant>('get', ONE, { path: { id } }),
  give: (body: NewGrant, key = newKey()) => call<Grant>('post', '/api/v1/portal/grants', { body, key }),
  change: (id: string, body: GrantScope & { version: number; relation: string }) => call<Grant>('put', ONE, { path: { id }, body }),
  accept: (id: string, version: number) => call<Grant>('post', `${ONE}/accept`, { path: { id }, body: { version } }),
  refuse: (id: string, body: { version: number; reason: string }) => call<Grant>('post', `${ONE}/refuse`, { path: { id }, body }),
  revoke: (id: string, body: { version: number; reason: string }) => call<Grant>('post', `${ONE}/revoke`, { path: { id }, body }),
  uses: (id: string, query: { limit?: number; cursor?: string }) => call<Page<GrantUse>>('get', `${ONE}/uses`, { path: { id }, query }),
}
