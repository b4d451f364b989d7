/** Administration of organisations, staff, roles, policies and accounts of other regions, for the desk. All throw `ApiProblem`. */
import { address, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'

// ---------- shapes ----------
export type IdName = Whole<S['Named']>
export type KeyLabel = Whole<S['RoleLabel']>
export type OrgKind = 'government' | 'department' | 'section' | 'hall' | 'community'
export type Org = Narrow<Whole<S['OrgView']>, { kind: OrgKind }>
export type OrgEvent = Whole<S['PastView']>
export type OrgDetail = Narrow<Whole<S['OrgDetail']>, { kind: OrgKind }>
export type OrgBody = Omit<S['OrgEdit'], 'version' | 'reason'>
export type AdminWindow = Whole<S['WindowView']>
export type WindowBody = S['WindowEdit']
export type Staff = Whole<S['StaffView']>
export type StaffDetail = Whole<S['StaffDetail']>
export type StaffBody = S['Person']
export type StaffQuery = QueryFor<'/api/v1/admin/staff'>
export type OneTimePassword = Whole<S['Opened']>
export type ImportRow = Whole<S['RowReport']>
export type ImportReport = Whole<S['MigrationReport']>
export type Role = Narrow<Whole<S['RoleView']>, { audience: 'desk' | 'portal' }>
export type Sees = S['Sees']
export type PermissionMenu = Whole<S['MenuView']>
export type RoleMatrix = Whole<S['Matrix']>
export type Exclusion = Whole<S['Exclusion']>
export type Policy = Narrow<Whole<S['PolicyView']>, { subject_kind: 'user' | 'role' | 'area' }>
export type PolicyBody = S['PolicyEdit']
export type Terminal = S['Terminal']
export type CrossGrant = Narrow<Whole<S['CrossView']>, { state: 'waiting' | 'active' | 'expired' | 'recalled' }>
export type Extension = Whole<S['TownshipExtension']>
export type Mandate = Whole<S['MandateView']>
export type MyPowers = Whole<S['MyPowers']>
export type MigrationRun = Narrow<Whole<S['MigrationView']>, { kind: MigrationBody['kind'] }>
export type MigrationBody = S['RunMigrationRequest']

// ---------- calls ----------
const ORG = '/api/v1/admin/orgs/{id}'
const STAFF = '/api/v1/admin/staff/{id}'
const WINDOW = '/api/v1/admin/windows/{id}'

export const admin = {
  // organisations
  orgs: (query: QueryFor<'/api/v1/admin/orgs'>) => said<Narrow<Whole<S['List_OrgView']>, { items: Org[] }>>(ask('get', '/api/v1/admin/orgs', { query })),
  org: (id: string) => said<OrgDetail>(ask('get', ORG, { path: { id } })),
  orgsExportAddress: (query: QueryFor<'/api/v1/admin/orgs'>) => address('/api/v1/admin/orgs/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  createOrg: (body: S['NewOrg'], key = newKey()) => said<Org>(ask('post', '/api/v1/admin/orgs', { body, key })),
  saveOrg: (id: string, body: S['OrgEdit']) => said<Org>(ask('put', ORG, { path: { id }, body })),
  moveOrg: (id: string, body: S['MoveOrg']) => ask('post', `${ORG}/move`, { path: { id }, body }),
  mergeOrg: (id: string, body: S['MergeOrg']) => ask('post', `${ORG}/merge`, { path: { id }, body }),
  disableOrg: (id: string, body: S['Because']) => ask('post', `${ORG}/disable`, { path: { id }, body }),
  enableOrg: (id: string, body: S['Because']) => ask('post', `${ORG}/enable`, { path: { id }, body }),
  windows: (query: QueryFor<'/api/v1/admin/windows'>) => ask('get', '/api/v1/admin/windows', { query }),
  window: (id: string) => ask('get', WINDOW, { path: { id } }),
  windowsExportAddress: (query: QueryFor<'/api/v1/admin/windows'>) => address('/api/v1/admin/windows/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  createWindow: (body: WindowBody, key = newKey()) => ask('post', '/api/v1/admin/windows', { body, key }),
  saveWindow: (id: string, body: WindowBody) => ask('put', WINDOW, { path: { id }, body }),
  removeWindow: (id: string, version: number) => ask('delete', WINDOW, { path: { id }, query: { version } }),
  extensions: (query: QueryFor<'/api/v1/admin/extensions'>) => ask('get', '/api/v1/admin/extensions', { query }),
  openExtension: (body: S['NewExtension'], key = newKey()) => ask('post', '/api/v1/admin/extensions', { body, key }),
  saveExtension: (id: string, body: S['ExtensionEdit']) => ask('put', '/api/v1/admin/extensions/{id}', { path: { id }, body }),
  closeExtension: (id: string, body: S['Because']) => ask('post', '/api/v1/admin/extensions/{id}/close', { path: { id }, body }),

  // staff
  staff: (query: StaffQuery) => ask('get', '/api/v1/admin/staff', { query }),
  staffExportAddress: (query: StaffQuery) => address('/api/v1/admin/staff/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  person: (id: string) => ask('get', STAFF, { path: { id } }),
  createStaff: (body: S['NewPerson'], key = newKey()) => ask('post', '/api/v1/admin/staff', { body, key }),
  saveStaff: (id: string, body: S['StaffEdit']) => ask('put', STAFF, { path: { id }, body }),
  grant: (id: string, body: S['GrantEdit']) => ask('put', `${STAFF}/grants`, { path: { id }, body }),
  disableStaff: (id: string, body: S['Because']) => ask('post', `${STAFF}/disable`, { path: { id }, body }),
  enableStaff: (id: string, version: number) => ask('post', `${STAFF}/enable`, { path: { id }, body: { version } }),
  unlockStaff: (id: string, version: number) => ask('post', `${STAFF}/unlock`, { path: { id }, body: { version } }),
  resetPassword: (id: string, body: S['Because']) => ask('post', `${STAFF}/reset-password`, { path: { id }, body }),
  removeStaff: (id: string, query: { version: number; reason: string }) => ask('delete', STAFF, { path: { id }, query }),
  revealStaff: (id: string, field: 'phone' | 'mobile_identity', reason: string) => ask('get', `${STAFF}/reveal`, { path: { id }, query: { field, reason } }),
  importStaff: (body: S['ImportStaff']) => ask('post', '/api/v1/admin/staff/import', { body }),
  importTemplateAddress: '/api/v1/admin/staff/import-template',

  // roles
  roles: () => said<{ items: Role[] }>(ask('get', '/api/v1/admin/roles')),
  role: (key: string) => said<Role>(ask('get', '/api/v1/admin/roles/{key}', { path: { key } })),
  createRole: (body: S['RoleEdit'], key = newKey()) => said<Role>(ask('post', '/api/v1/admin/roles', { body, key })),
  saveRole: (key: string, body: S['RoleEdit']) => said<Role>(ask('put', '/api/v1/admin/roles/{key}', { path: { key }, body })),
  removeRole: (key: string, version: number) => ask('delete', '/api/v1/admin/roles/{key}', { path: { key }, query: { version } }),
  permissions: () => ask('get', '/api/v1/admin/permissions'),
  matrix: () => ask('get', '/api/v1/admin/roles/matrix'),
  exclusions: () => ask('get', '/api/v1/admin/exclusions'),
  createExclusion: (body: S['NewExclusion'], key = newKey()) => ask('post', '/api/v1/admin/exclusions', { body, key }),
  removeExclusion: (id: string) => ask('delete', '/api/v1/admin/exclusions/{id}', { path: { id } }),
  mandates: (query: QueryFor<'/api/v1/admin/mandates'>) => ask('get', '/api/v1/admin/mandates', { query }),
  myPowers: () => ask('get', '/api/v1/admin/mandates/mine'),
  giveMandate: (body: S['NewMandate'], key = newKey()) => ask('post', '/api/v1/admin/mandates', { body, key }),
  revokeMandate: (id: string, reason: string) => ask('post', '/api/v1/admin/mandates/{id}/revoke', { path: { id }, body: { reason } }),

  // access
  policies: (query: QueryFor<'/api/v1/admin/policies'>) => said<Narrow<Whole<S['List_PolicyView']>, { items: Policy[] }>>(ask('get', '/api/v1/admin/policies', { query })),
  createPolicy: (body: PolicyBody, key = newKey()) => ask('post', '/api/v1/admin/policies', { body, key }),
  savePolicy: (id: string, body: PolicyBody) => ask('put', '/api/v1/admin/policies/{id}', { path: { id }, body }),
  removePolicy: (id: string, version: number) => ask('delete', '/api/v1/admin/policies/{id}', { path: { id }, query: { version } }),
  crossRegion: (query: QueryFor<'/api/v1/admin/cross-region'>) => said<Narrow<Whole<S['CrossList']>, { items: CrossGrant[] }>>(ask('get', '/api/v1/admin/cross-region', { query })),
  grantCrossRegion: (body: S['NewCrossGrant'], key = newKey()) => ask('post', '/api/v1/admin/cross-region', { body, key }),
  recallCrossRegion: (id: string, reason: string) => ask('post', '/api/v1/admin/cross-region/{id}/recall', { path: { id }, body: { reason } }),

  // accounts of an earlier system
  migrations: (query: QueryFor<'/api/v1/admin/migrations'>) => said<Narrow<Whole<S['List_MigrationView']>, { items: MigrationRun[] }>>(ask('get', '/api/v1/admin/migrations', { query })),
  migration: (id: string) => ask('get', '/api/v1/admin/migrations/{id}', { path: { id } }),
  migrate: (body: MigrationBody) => ask('post', '/api/v1/admin/migrations', { body }),
}
