/** Administration of organisations, staff, roles, policies and accounts of other regions, for the desk. All throw `ApiProblem`. */
import { call, newKey } from './transport.ts'
import type { Page } from './types.ts'

// ---------- shapes ----------
export interface IdName { id: string; name: string }
export interface KeyLabel { key: string; label: string }
export type OrgKind = 'government' | 'department' | 'section' | 'hall' | 'community'
export interface Org {
  id: string; key: string; name: string; short_name: string; kind: OrgKind; kind_label: string; uscc: string | null; parent_id: string | null; path: string
  region: string; region_name: string; level: number; phone: string | null; state: 'active' | 'disabled' | 'merged'; state_label: string; merged_into: IdName | null
  sort: number; children: number; staff: number; version: number
}
export interface OrgEvent { at: string; act: string; act_label: string; name: string; path: string; reason: string; actor_name: string }
export interface OrgDetail extends Org { history: OrgEvent[] }
export interface OrgBody { name: string; short_name: string; kind: string; uscc: string | null; region: string; phone: string | null; sort: number }
export interface AdminWindow { id: string; key: string; hall_key: string; hall_name: string; number: string; name: string; kind: string; org: IdName; region: string; region_name: string; orgs: IdName[]; items: string[]; staff: IdName[]; version: number }
export interface Staff {
  id: string; login: string; name: string; employee_no: string | null; title: string | null; org: IdName; region: string; region_name: string; phone_masked: string; email: string | null
  mobile_identity: 'linked' | null; roles: KeyLabel[]; items: string[]; windows: { id: string; key: string; number: string; hall: string }[]
  disabled: boolean; disabled_reason: string | null; locked_until: string | null; must_change_password: boolean; last_sign_in_at: string | null; version: number
}
export interface StaffDetail extends Staff { permissions: string[]; visible_orgs: IdName[]; sessions: number }
export interface StaffBody { name: string; employee_no: string | null; title: string | null; org_id: string; region?: string; phone?: string; email: string | null; mobile_identity?: string }
export interface StaffQuery { q?: string; org?: string; role?: string; state?: string; region?: string; limit?: number; cursor?: string }
export interface OneTimePassword { staff: Staff; one_time_password: string; valid_until?: string }
export interface ImportRow { line: number; key: string; name: string; outcome: 'created' | 'updated' | 'unchanged' | 'failed'; reason: string | null }
export interface ImportReport {
  trial: boolean; id: string | null; source_rows: number; created: number; updated: number; unchanged: number; failed: number; rows: ImportRow[]
  passwords: { login: string; one_time_password: string }[]; totals: { name: string; source: number; target: number; difference: number }[]
}
export interface Role { key: string; label: string; audience: 'desk' | 'portal'; sees: 'body' | 'region' | 'items'; sees_label: string; permissions: string[]; built_in: boolean; org: IdName | null; holders: number; version: number }
export interface PermissionMenu { key: string; label: string; permissions: { key: string; label: string; grantable: boolean }[] }
export interface RoleMatrix { roles: KeyLabel[]; rows: { permission: string; label: string; menu: string; held: boolean[] }[] }
export interface Exclusion { id: string; label: string; one_side: string[]; other_side: string[]; reason: string; built_in: boolean }
export interface Policy {
  id: string; name: string; subject_kind: 'user' | 'role' | 'area'; subject: string; subject_label: string; terminals: string[]; networks: string[]
  idle_minutes: number | null; max_sessions: number | null; requests_per_minute: number | null; enabled: boolean; version: number
}
export type PolicyBody = Omit<Policy, 'id' | 'subject_label' | 'version'>
export interface CrossGrant {
  id: string; staff: { id: string; name: string; login: string; org_name: string; region_name: string }; org: IdName; items: string[]; from: string; until: string
  state: 'waiting' | 'active' | 'expired' | 'recalled'; state_label: string; reason: string; granted_by: string; recalled_at: string | null; recall_reason: string | null
}
export interface Extension { id: string; item_slug: string; org: IdName; town: IdName; window: { id: string; number: string; hall: string }; staff: IdName[]; materials: string[]; state: 'open' | 'closed'; opened_at: string; closed_at: string | null; version: number }
export interface MigrationRun { id: string; kind: 'orgs' | 'staff'; source: string; file_name: string; at: string; actor_name: string; source_rows: number; created: number; updated: number; unchanged: number; failed: number }
export interface MigrationBody { kind: 'orgs' | 'staff'; source: string; file_name: string; content_base64: string; mapping: { columns: Record<string, string>; values: Record<string, Record<string, string>> }; trial: boolean }
interface Paging { limit?: number; cursor?: string }

// ---------- calls ----------
const ORG = '/api/v1/admin/orgs/{id}'
const STAFF = '/api/v1/admin/staff/{id}'
type Lists<X> = Promise<Page<X>>

export const admin = {
  // organisations
  orgs: (query: { q?: string; parent?: string; kind?: string; region?: string; state?: string } & Paging): Lists<Org> => call('get', '/api/v1/admin/orgs', { query: { ...query } }),
  org: (id: string) => call<OrgDetail>('get', ORG, { path: { id } }),
  createOrg: (body: OrgBody & { key?: string; parent_id?: string }) => call<Org>('post', '/api/v1/admin/orgs', { body, key: newKey() }),
  saveOrg: (id: string, body: OrgBody & { version: number; reason: string }) => call<Org>('put', ORG, { path: { id }, body }),
  moveOrg: (id: string, body: { version: number; parent_id: string; reason: string }) => call<Org>('post', `${ORG}/move`, { path: { id }, body }),
  mergeOrg: (id: string, body: { version: number; into: string; reason: string }) => call<Org>('post', `${ORG}/merge`, { path: { id }, body }),
  disableOrg: (id: string, body: { version: number; reason: string }) => call<Org>('post', `${ORG}/disable`, { path: { id }, body }),
  enableOrg: (id: string, body: { version: number; reason: string }) => call<Org>('post', `${ORG}/enable`, { path: { id }, body }),
  windows: (query: { q?: string; hall?: string; org?: string } & Paging): Lists<AdminWindow> => call('get', '/api/v1/admin/windows', { query: { ...query } }),
  extensions: (query: { item?: string; org?: string; town?: string; state?: string } & Paging): Lists<Extension> => call('get', '/api/v1/admin/extensions', { query: { ...query } }),
  openExtension: (body: { item_slug: string; town_id: string; window_id: string; staff: string[]; materials: string[] }) => call<Extension>('post', '/api/v1/admin/extensions', { body, key: newKey() }),
  closeExtension: (id: string, body: { version: number; reason: string }) => call<Extension>('post', '/api/v1/admin/extensions/{id}/close', { path: { id }, body }),

  // staff
  staff: (query: StaffQuery): Lists<Staff> => call('get', '/api/v1/admin/staff', { query: { ...query } }),
  person: (id: string) => call<StaffDetail>('get', STAFF, { path: { id } }),
  createStaff: (body: StaffBody & { login: string; roles?: string[]; items?: string[]; windows?: string[] }) => call<OneTimePassword>('post', '/api/v1/admin/staff', { body, key: newKey() }),
  saveStaff: (id: string, body: StaffBody & { version: number }) => call<Staff>('put', STAFF, { path: { id }, body }),
  grant: (id: string, body: { version: number; roles: string[]; items: string[]; windows: string[] }) => call<Staff>('put', `${STAFF}/grants`, { path: { id }, body }),
  disableStaff: (id: string, body: { version: number; reason: string }) => call<Staff>('post', `${STAFF}/disable`, { path: { id }, body }),
  enableStaff: (id: string, version: number) => call<Staff>('post', `${STAFF}/enable`, { path: { id }, body: { version } }),
  unlockStaff: (id: string, version: number) => call<Staff>('post', `${STAFF}/unlock`, { path: { id }, body: { version } }),
  resetPassword: (id: string, body: { version: number; reason: string }) => call<OneTimePassword>('post', `${STAFF}/reset-password`, { path: { id }, body }),
  removeStaff: (id: string, query: { version: number; reason: string }) => call<void>('delete', STAFF, { path: { id }, query }),
  revealStaff: (id: string, field: 'phone' | 'mobile_identity', reason: string) => call<{ value: string }>('get', `${STAFF}/reveal`, { path: { id }, query: { field, reason } }),
  importStaff: (body: { file_name: string; content_base64: string; trial: boolean }) => call<ImportReport>('post', '/api/v1/admin/staff/import', { body }),
  importTemplateAddress: '/api/v1/admin/staff/import-template',

  // roles
  roles: () => call<{ items: Role[] }>('get', '/api/v1/admin/roles'),
  role: (key: string) => call<Role>('get', '/api/v1/admin/roles/{key}', { path: { key } }),
  createRole: (body: { key: string; label: string; sees: string; permissions: string[]; org_id?: string }) => call<Role>('post', '/api/v1/admin/roles', { body, key: newKey() }),
  saveRole: (key: string, body: { version: number; label: string; sees: string; permissions: string[]; org_id: string | null }) => call<Role>('put', '/api/v1/admin/roles/{key}', { path: { key }, body }),
  removeRole: (key: string, version: number) => call<void>('delete', '/api/v1/admin/roles/{key}', { path: { key }, query: { version } }),
  permissions: () => call<{ menus: PermissionMenu[] }>('get', '/api/v1/admin/permissions'),
  matrix: () => call<RoleMatrix>('get', '/api/v1/admin/roles/matrix'),
  exclusions: () => call<{ items: Exclusion[] }>('get', '/api/v1/admin/exclusions'),

  // access
  policies: (query: { q?: string; subject_kind?: string } & Paging): Lists<Policy> => call('get', '/api/v1/admin/policies', { query: { ...query } }),
  createPolicy: (body: PolicyBody) => call<Policy>('post', '/api/v1/admin/policies', { body, key: newKey() }),
  savePolicy: (id: string, body: PolicyBody & { version: number }) => call<Policy>('put', '/api/v1/admin/policies/{id}', { path: { id }, body }),
  removePolicy: (id: string, version: number) => call<void>('delete', '/api/v1/admin/policies/{id}', { path: { id }, query: { version } }),
  crossRegion: (query: { state?: string; staff?: string; q?: string } & Paging) => call<Page<CrossGrant> & { counts: Record<string, number> }>('get', '/api/v1/admin/cross-region', { query: { ...query } }),
  grantCrossRegion: (body: { staff_id: string; org_id: string; items: string[]; from?: string; until: string; reason: string }) => call<CrossGrant>('post', '/api/v1/admin/cross-region', { body, key: newKey() }),
  recallCrossRegion: (id: string, reason: string) => call<CrossGrant>('post', '/api/v1/admin/cross-region/{id}/recall', { path: { id }, body: { reason } }),

  // accounts of an earlier system
  migrations: (query: Paging): Lists<MigrationRun> => call('get', '/api/v1/admin/migrations', { query: { ...query } }),
  migration: (id: string) => call<ImportReport>('get', '/api/v1/admin/migrations/{id}', { path: { id } }),
  migrate: (body: MigrationBody) => call<ImportReport>('post', '/api/v1/admin/migrations', { body }),
}
