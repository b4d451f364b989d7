/** Audit, risks, keys and data protection, for the desk. All throw `ApiProblem`. Labels come Chinese from the server. */
import { address, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'

// ---------- audit ----------
type Result = { result: 'ok' | 'refused' | 'failed' }
export type AuditRow = Narrow<Whole<S['AuditRow']>, Result>
export type AuditEntry = Narrow<Whole<S['AuditEntry']>, Result & { detail: Record<string, unknown>; before: Record<string, unknown> | null; after: Record<string, unknown> | null }>
export type AuditQuery = QueryFor<'/api/v1/security/audit'>
export type AuditFacets = Whole<S['AuditFacets']>
export type AuditRoot = Whole<S['AuditRootView']>
export type AuditCheck = Whole<S['AuditVerdict']>
export type Retention = Whole<S['RetentionView']>

// ---------- risks ----------
export type RiskState = 'recognised' | 'assigned' | 'handled' | 'closed'
type RiskWords = { state: RiskState; level: 'high' | 'middle' | 'low' }
export type RiskRow = Narrow<Whole<S['RiskRow']>, RiskWords>
export type Risk = Narrow<Whole<S['Risk']>, RiskWords & { children: RiskRow[] }>
export type RiskQuery = QueryFor<'/api/v1/security/risks'>
export type AlarmRule = Whole<S['AlarmRule']>
/** `unclassified` comes with the classification of fields. */
export type Posture = Narrow<Whole<S['PostureView']>, { assets: Whole<S['Assets']> & { unclassified?: number } }>

// ---------- keys and self-check ----------
export type CryptoKey = Narrow<Whole<S['KeyView']>, { state: 'made' | 'active' | 'retired' | 'revoked' | 'destroyed' }>
export type Rotation = Whole<S['RotationView']>
export type Keys = Narrow<Whole<S['Keys']>, { items: CryptoKey[] }>
export type Protection = Whole<S['ProtectionView']>
export type Control = Narrow<Whole<S['ControlItem']>, { state: 'met' | 'partly' | 'failed' }>
export type SelfCheck = Narrow<Whole<S['SelfCheck']>, { items: Control[] }>

// ---------- data protection ----------

const RISK = '/api/v1/security/risks/{id}'
const KEY = '/api/v1/security/keys/{id}'
type Step = S['RiskStepRequest']

export const security = {
  audit: (query: AuditQuery) => said<Narrow<Whole<S['List_AuditRow']>, { items: AuditRow[] }>>(ask('get', '/api/v1/security/audit', { query })),
  auditFacets: () => ask('get', '/api/v1/security/audit/facets'),
  auditEntry: (id: string) => said<AuditEntry>(ask('get', '/api/v1/security/audit/{id}', { path: { id } })),
  /** Names and addresses masked; as they are with a reason, by right. */
  auditExportAddress: (format: 'csv' | 'jsonl', query: AuditQuery, reason?: string) => address('/api/v1/security/audit/export', { query: { ...query, format, ...(reason ? { raw: true, reason } : {}), limit: undefined, cursor: undefined } }),
  auditRoots: (query: QueryFor<'/api/v1/security/audit/roots'>) => ask('get', '/api/v1/security/audit/roots', { query }),
  verifyAudit: () => ask('post', '/api/v1/security/audit/verify'),
  retention: () => ask('get', '/api/v1/security/retention'),
  saveRetention: (body: S['PutRetention']) => ask('put', '/api/v1/security/retention', { body }),

  risks: (query: RiskQuery) => said<Narrow<Whole<S['RiskList']>, { items: RiskRow[] }>>(ask('get', '/api/v1/security/risks', { query })),
  risk: (id: string) => said<Risk>(ask('get', RISK, { path: { id } })),
  createRisk: (body: S['CreateRisk'], key = newKey()) => said<Risk>(ask('post', '/api/v1/security/risks', { body, key })),
  assignRisk: (id: string, body: S['AssignRisk']) => ask('post', `${RISK}/assign`, { path: { id }, body }),
  handleRisk: (id: string, body: Step) => ask('post', `${RISK}/handle`, { path: { id }, body }),
  closeRisk: (id: string, body: Step) => ask('post', `${RISK}/close`, { path: { id }, body }),
  returnRisk: (id: string, body: Step) => ask('post', `${RISK}/return`, { path: { id }, body }),
  runRisk: (id: string, version: number) => ask('post', `${RISK}/run`, { path: { id }, body: { version } }),
  handlers: () => ask('get', '/api/v1/security/handlers'),
  alarmRules: () => ask('get', '/api/v1/security/alarm-rules'),
  posture: () => said<Posture>(ask('get', '/api/v1/security/posture')),

  keys: () => said<Keys>(ask('get', '/api/v1/security/keys')),
  makeKey: (reason: string, key = newKey()) => ask('post', '/api/v1/security/keys', { body: { reason }, key }),
  changeKey: (id: string, act: 'activate' | 'revoke' | 'destroy', body: S['KeyActRequest']) => ask('post', `${KEY}/${act}`, { path: { id }, body }),
  protection: () => ask('get', '/api/v1/security/protection'),
  selfCheck: () => said<SelfCheck>(ask('get', '/api/v1/security/self-check')),

}
