/** The design library for the desk: forms, flows, rules and papers with their drafts and versions, and the shared fields. All throw `ApiProblem`. */
import { address, call, newKey } from './transport.ts'
import type { Page } from './types.ts'
import { sendFile } from './upload.ts'

export type DesignKind = 'form' | 'flow' | 'rules' | 'paper' | 'print' | 'mapping'
export type DesignState = 'draft' | 'published' | 'disabled'
export type DesignChannel = 'web' | 'mobile' | 'kiosk' | 'window'
/** Something the check found. `at`: JSON pointer of a form, id of an element of a flow, cell of a table. */
export interface DesignFinding { severity: 'error' | 'warning'; code: string; at: string; message: string }
export interface DesignSummary {
  id: string; kind: DesignKind; key: string; name: string; purpose: string; channels: DesignChannel[]; org_id: string | null; org_name: string | null; template: boolean; state: DesignState
  /** Newest published version. */
  version: number | null; published_at: string | null
  draft: { revision: number; changed_at: string; changed_by_name: string } | null
  uses: number
}
export interface DesignDefinition extends DesignSummary {
  /** The draft if there is one, otherwise the newest published content. */
  content: string
  content_version: number | null; revision: number; findings: DesignFinding[]
  may: { edit: boolean; publish: boolean; disable: boolean }
}
export interface DesignQuery { kind?: string; q?: string; state?: string; org?: string; purpose?: string; template?: string; cursor?: string; limit?: number }
export interface DesignCreate { kind: DesignKind; key: string; name: string; purpose: string; channels: string[]; org_id?: string; template?: boolean; copy_of?: string; content?: string }
export interface DesignDraft { revision: number; name: string; purpose: string; channels: string[]; content: string }
export interface DesignVersion { version: number; digest: string; published_at: string; published_by: string; note: string; cases: number }
export interface DesignUse { kind: 'item' | 'material' | 'situation' | 'definition' | 'licence_type'; key: string; name: string; version: number | null }
export interface FormJudgement { visible: string[]; required: string[]; writable: string[]; computed: Record<string, unknown>; errors: { pointer: string; code: string; message: string }[] }
export interface SharedFieldDraft {
  code: string; label: string; type: string; length: number | null; options: { value: string; label: string }[]; check: string; source: string; use: string; reusable: boolean; sensitivity: 'general' | 'personal' | 'sensitive'
}
export interface SharedFieldRow extends SharedFieldDraft { id: string; uses: number; version: number }
export interface DesignHandlers {
  roles: { key: string; label: string }[]; orgs: { id: string; name: string; parent_id: string | null }[]
  services: { key: string; label: string; properties: { key: string; label: string; required: boolean; kind: string }[] }[]
  stages: { key: string; label: string }[]; papers: { key: string; name: string }[]
}
interface Paging { cursor?: string; limit?: number }

const ROOT = '/api/v1/design'
const ONE = `${ROOT}/definitions/{id}`

/** A list of the library is read whole at one moment, which is now: its answers carry no time of their own. */
const whole = <T>(page: Partial<Page<T>> & { items: T[] }): Page<T> => ({ total: page.items.length, next: null, as_of: new Date().toISOString(), ...page })

export const design = {
  definitions: (query: DesignQuery): Promise<Page<DesignSummary>> => call<Page<DesignSummary>>('get', `${ROOT}/definitions`, { query: { ...query } }).then(whole),
  create: (body: DesignCreate) => call<DesignDefinition>('post', `${ROOT}/definitions`, { body, key: newKey() }),
  definition: (id: string) => call<DesignDefinition>('get', ONE, { path: { id } }),
  saveDraft: (id: string, body: DesignDraft) => call<DesignDefinition>('put', `${ONE}/draft`, { path: { id }, body }),
  dropDraft: (id: string, revision: number) => call<void>('delete', `${ONE}/draft`, { path: { id }, body: { revision } }),
  check: (body: { kind: DesignKind; content: string; item?: string }) => call<{ findings: DesignFinding[] }>('post', `${ROOT}/definitions/check`, { body }),
  publish: (id: string, body: { revision: number; note: string }) => call<DesignDefinition>('post', `${ONE}/publish`, { path: { id }, body }),
  disable: (id: string, reason: string) => call<DesignDefinition>('post', `${ONE}/disable`, { path: { id }, body: { reason } }),
  enable: (id: string, reason?: string) => call<DesignDefinition>('post', `${ONE}/enable`, { path: { id }, body: { reason } }),
  versions: (id: string) => call<{ items: DesignVersion[] }>('get', `${ONE}/versions`, { path: { id } }),
  version: (id: string, version: number) => call<DesignVersion & { content: string }>('get', `${ONE}/versions/{version}`, { path: { id, version } }),
  uses: (id: string) => call<{ items: DesignUse[] }>('get', `${ONE}/uses`, { path: { id } }),
  exportAddress: (id: string) => address(`${ONE}/export`, { path: { id } }),
  importFile: (file: File) => sendFile<DesignDefinition>(`${ROOT}/definitions/import`, file),

  evaluateForm: (body: { content: string; data: Record<string, unknown>; role?: string; step?: string; channel?: string; locked?: Record<string, unknown> }) => call<FormJudgement>('post', `${ROOT}/forms/evaluate`, { body }),
  checkExpression: (body: { expression: string; names: readonly string[] }) => call<{ ok: boolean; message: string | null; at: number | null }>('post', `${ROOT}/expressions/check`, { body }),

  fields: (query: { q?: string } & Paging): Promise<Page<SharedFieldRow>> => call<Page<SharedFieldRow>>('get', `${ROOT}/fields`, { query: { ...query } }).then(whole),
  createField: (body: SharedFieldDraft) => call<SharedFieldRow>('post', `${ROOT}/fields`, { body, key: newKey() }),
  saveField: (id: string, body: SharedFieldDraft & { version: number }) => call<SharedFieldRow>('put', `${ROOT}/fields/{id}`, { path: { id }, body }),
  removeField: (id: string) => call<void>('delete', `${ROOT}/fields/{id}`, { path: { id } }),

  handlers: () => call<DesignHandlers>('get', `${ROOT}/handlers`),
}
