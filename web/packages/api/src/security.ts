/** Audit, risks, keys and data protection, for the desk. All throw `ApiProblem`. Labels come Chinese from the server. */
import { address, call, newKey } from './transport.ts'
import type { Page } from './types.ts'

// ---------- audit ----------
export interface AuditRow {
  id: string; at: string; actor_id: string | null; actor_name: string; org_id: string | null; org_name: string; address: string; device: string
  kind: string; kind_label: string; action: string; action_label: string; object: string; result: 'ok' | 'refused' | 'failed'; result_label: string
}
export interface AuditEntry extends AuditRow {
  detail: Record<string, unknown>; before: Record<string, unknown> | null; after: Record<string, unknown> | null; changes: { field: string; before: unknown; after: unknown }[]
  chain: { id: string; no: number; previous_hash: string; hash: string; intact: boolean; rooted_day: string | null }
}
export interface AuditQuery { actor?: string; kind?: string; action?: string; object?: string; result?: string; from?: string; to?: string; q?: string; limit?: number; cursor?: string }
export interface AuditFacets { kinds: { key: string; label: string }[]; results: { key: string; label: string }[]; actions: { key: string; label: string; count: number }[] }
export interface AuditRoot { day: string; lines: number; chains: number; root: string; signature: string; signed_at: string }
export interface AuditCheck { lines: number; chains: number; roots: number; faults: string[]; checked_at: string }
export interface Retention { months: number; least: number; version: number; oldest_line_at: string | null; lines: number; past_retention: number; changed_by: string; changed_at: string | null }

// ---------- risks ----------
export type RiskState = 'recognised' | 'assigned' | 'handled' | 'closed'
export interface RiskRow {
  id: string; kind: string; kind_label: string; title: string; level: 'high' | 'middle' | 'low'; level_label: string; state: RiskState; state_label: string; rule_key: string | null; who: string
  count: number; first_at: string; last_at: string; assignee: { id: string; name: string } | null; due_on: string | null; parent_id: string | null; open_findings: number
}
export interface Risk extends RiskRow {
  version: number; description: string; evidence: string[]; children: RiskRow[]; steps: { at: string; by_name: string; act: string; act_label: string; text: string }[]
  can: { assign: boolean; handle: boolean; close: boolean; return: boolean; add_finding: boolean; run: boolean }
}
export interface RiskQuery { kind?: string; state?: string; level?: string; assignee?: string; q?: string; limit?: number; cursor?: string }
export interface AlarmRule { key: string; title: string; level: string; level_label: string; says: string; enabled: boolean }
export interface Posture {
  as_of: string; open: { high: number; middle: number; low: number }; alarms_30_days: { day: string; count: number }[]; by_rule: { key: string; title: string; count: number }[]; handled_on_time: number; overdue: number
  assets: { tables: number; columns: number; sealed_columns: number; unclassified?: number }
  controls: { met: number; partly: number; failed: number }; keys: { active: number; retired: number; waiting_rows: number }; audit: { lines_today: number; refused_today: number; last_root_day: string | null }
}

// ---------- keys and self-check ----------
export interface CryptoKey {
  id: string; purpose: string; purpose_label: string; algorithm: string; state: 'made' | 'active' | 'retired' | 'revoked' | 'destroyed'; state_label: string; made_by: string; made_at: string
  activated_by: string | null; activated_at: string | null; ended_at: string | null; sealed_values: number; version: number; can: { activate: boolean; revoke: boolean; destroy: boolean }
}
export interface Rotation { key_id: string; total: number; done: number; left: number; state: 'running' | 'done'; started_at: string; finished_at: string | null }
export interface Keys { provider: { name: string; certified: boolean; algorithms: string[] }; items: CryptoKey[]; rotation: Rotation | null }
export interface AlgorithmUse { what: string; algorithm: string; count: number }
export interface Protection {
  provider: { name: string; certified: boolean; algorithms: string[] }; items: { what: string; label: string; where: string; algorithm: string; key_id: string; rows: number; covered: number; state: 'ok' | 'partly' }[]
  transport: { tls: boolean; hsts: boolean; text: string }; passwords?: { algorithm: string; text: string }; signatures: AlgorithmUse[]; digests: AlgorithmUse[]
}
export interface Control { key: string; area: string; clause: string; title: string; state: 'met' | 'partly' | 'failed'; state_label: string; evidence: string; figures: Record<string, unknown> }
export interface SelfCheck { as_of: string; standard: string; counts: { met: number; partly: number; failed: number }; items: Control[] }

// ---------- data protection ----------
export interface DataField {
  id: string; table: string; column: string; type: string; class: string; class_label: string; level: number | null; level_label: string; source: string; source_label: string; state: 'proposed' | 'confirmed'
  sealed: boolean; masking: string; hits: { kind: string; label: string; share: number } | null; version: number
}
export interface FieldQuery { table?: string; level?: string; state?: string; q?: string; limit?: number; cursor?: string }
export interface FieldVersion { version: number; class: string; level: number | null; source: string; state: string; by: string; at: string; reason: string }
export interface Scan { id: string; columns: number; rows: number; findings: { id: string; kind: string; kind_label: string; share: number; proposed_level: number }[]; at: string }
export interface MaskingRun { id: string; purpose: string; state: string; tables: string[] | number; rows: number; columns_masked: number; by: string; at: string; digest: string | null }
interface Paging { limit?: number; cursor?: string }

const RISK = '/api/v1/security/risks/{id}'
const KEY = '/api/v1/security/keys/{id}'
type Lists<X> = Promise<Page<X>>
type Step = { version: number; text: string }

export const security = {
  audit: (query: AuditQuery): Lists<AuditRow> => call('get', '/api/v1/security/audit', { query: { ...query } }),
  auditFacets: () => call<AuditFacets>('get', '/api/v1/security/audit/facets'),
  auditEntry: (id: string) => call<AuditEntry>('get', '/api/v1/security/audit/{id}', { path: { id } }),
  auditExportAddress: (format: 'csv' | 'jsonl', query: AuditQuery) => address('/api/v1/security/audit/export', { query: { ...query, format, limit: undefined, cursor: undefined } }),
  auditRoots: (query: Paging): Lists<AuditRoot> => call('get', '/api/v1/security/audit/roots', { query: { ...query } }),
  verifyAudit: () => call<AuditCheck>('post', '/api/v1/security/audit/verify', { body: {} }),
  retention: () => call<Retention>('get', '/api/v1/security/retention'),
  saveRetention: (body: { months: number; version: number; reason: string }) => call<Retention>('put', '/api/v1/security/retention', { body }),

  risks: (query: RiskQuery) => call<Page<RiskRow> & { counts: Record<string, number> }>('get', '/api/v1/security/risks', { query: { ...query } }),
  risk: (id: string) => call<Risk>('get', RISK, { path: { id } }),
  createRisk: (body: { kind: string; title: string; description: string; level: string; due_on: string | null; parent_id: string | null }) => call<Risk>('post', '/api/v1/security/risks', { body, key: newKey() }),
  assignRisk: (id: string, body: { version: number; assignee_id: string; text: string }) => call<Risk>('post', `${RISK}/assign`, { path: { id }, body }),
  handleRisk: (id: string, body: Step) => call<Risk>('post', `${RISK}/handle`, { path: { id }, body }),
  closeRisk: (id: string, body: Step) => call<Risk>('post', `${RISK}/close`, { path: { id }, body }),
  returnRisk: (id: string, body: Step) => call<Risk>('post', `${RISK}/return`, { path: { id }, body }),
  runRisk: (id: string, version: number) => call<Risk>('post', `${RISK}/run`, { path: { id }, body: { version } }),
  handlers: () => call<{ items: { id: string; name: string; org_name: string }[] }>('get', '/api/v1/security/handlers'),
  alarmRules: () => call<{ items: AlarmRule[] }>('get', '/api/v1/security/alarm-rules'),
  posture: () => call<Posture>('get', '/api/v1/security/posture'),

  keys: () => call<Keys>('get', '/api/v1/security/keys'),
  makeKey: (reason: string) => call<CryptoKey>('post', '/api/v1/security/keys', { body: { reason }, key: newKey() }),
  changeKey: (id: string, act: 'activate' | 'revoke' | 'destroy', body: { version: number; reason: string }) => call<CryptoKey>('post', `${KEY}/${act}`, { path: { id }, body }),
  protection: () => call<Protection>('get', '/api/v1/security/protection'),
  selfCheck: () => call<SelfCheck>('get', '/api/v1/security/self-check'),

  fields: (query: FieldQuery) => call<Page<DataField> & { counts: { by_level: { level: number; label: string; count: number }[]; proposed: number } }>('get', '/api/v1/security/fields', { query: { ...query } }),
  takeInventory: () => call<{ tables: number; columns: number; added: number; removed: number }>('post', '/api/v1/security/fields/inventory', { body: {} }),
  saveField: (id: string, body: { version: number; class: string; level: number; masking: string; reason: string }) => call<DataField>('put', '/api/v1/security/fields/{id}', { path: { id }, body }),
  confirmField: (id: string, version: number) => call<DataField>('post', '/api/v1/security/fields/{id}/confirm', { path: { id }, body: { version } }),
  fieldHistory: (id: string) => call<{ items: FieldVersion[] }>('get', '/api/v1/security/fields/{id}/history', { path: { id } }),
  fieldReportAddress: '/api/v1/security/fields/report',
  scan: () => call<Scan>('post', '/api/v1/security/scans', { body: {} }),
  scans: () => call<{ items: Scan[] }>('get', '/api/v1/security/scans'),
  maskings: (query: Paging): Lists<MaskingRun> => call('get', '/api/v1/security/maskings', { query: { ...query } }),
  startMasking: (body: { tables: string[] | null; purpose: string }) => call<{ id: string; state: string }>('post', '/api/v1/security/maskings', { body, key: newKey() }),
}
