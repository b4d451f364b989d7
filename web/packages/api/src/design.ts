/** Definitions: forms, flows, rules, papers. Placeholder until the library's own file is merged. */
import { call, newKey } from './transport.ts'
import type { Page } from './types.ts'

export type DefinitionKind = 'form' | 'flow' | 'rules' | 'paper'
export interface DefinitionFinding { severity: 'error' | 'warning'; code: string; at: string; message: string }
export interface DefinitionSummary {
  id: string; kind: DefinitionKind; key: string; name: string; purpose: string; channels: string[]; org_id: string; org_name: string; template: boolean
  state: 'draft' | 'published' | 'disabled'; version: number | null; published_at: string | null; draft: { revision: number; changed_at: string; changed_by_name: string } | null; uses: number
}
export interface Definition extends DefinitionSummary { content: string; content_version: number | null; revision: number; findings: DefinitionFinding[]; may: { edit: boolean; publish: boolean; disable: boolean } }
const ONE = '/api/v1/design/definitions/{id}'
export const design = {
  definitions: (query: { kind?: string; q?: string; state?: string; limit?: number; cursor?: string }) => call<Page<DefinitionSummary>>('get', '/api/v1/design/definitions', { query: { ...query } }),
  definition: (id: string) => call<Definition>('get', ONE, { path: { id } }),
  saveDraft: (id: string, body: { revision: number; name: string; purpose: string; channels: string[]; content: string }) => call<Definition>('put', `${ONE}/draft`, { path: { id }, body }),
  check: (body: { kind: DefinitionKind; content: string; item?: string }) => call<{ findings: DefinitionFinding[] }>('post', '/api/v1/design/definitions/check', { body }),
  publish: (id: string, body: { revision: number; note: string }) => call<Definition>('post', `${ONE}/publish`, { path: { id }, body, key: newKey() }),
}
