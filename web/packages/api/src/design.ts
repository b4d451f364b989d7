/** The design library for the desk: forms, flows, rules and papers with their drafts and versions, and the shared fields. All throw `ApiProblem`. */
import { address, call, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'
import type { Page } from './types.ts'
import { sendFile } from './upload.ts'

/** The kinds the library's pages edit; the server keeps further ones for itself. */
export type DesignKind = Extract<S['DefinitionKind'], 'form' | 'flow' | 'rules' | 'paper'> | 'print' | 'mapping'
export type DesignState = 'draft' | 'published' | 'disabled'
export type DesignChannel = 'web' | 'mobile' | 'kiosk' | 'window'
/** Something the check found. `at`: JSON pointer of a form, id of an element of a flow, cell of a table. */
export type DesignFinding = Whole<S['DefinitionFinding']>
interface Said { kind: DesignKind; channels: DesignChannel[]; state: DesignState }
export type DesignSummary = Narrow<Whole<S['DefinitionSummary']>, Said>
/** What bounds a flow that a department drew for itself. */
export interface OwnFlowBounds { item: string; item_name: string; days: number | null; visits: number }
/** `content` is the draft if there is one, otherwise the newest published. */
export type DesignDefinition = Narrow<Whole<S['Definition']>, Said> & { own: OwnFlowBounds | null }
/** As an address holds it: every condition a text. */
export type DesignQuery = Narrow<QueryFor<'/api/v1/design/definitions'>, { kind?: string; template?: string }>
export type DesignCreate = Narrow<S['NewDefinition'], { kind: DesignKind }>
export type DesignDraft = Required<S['SaveDefinitionDraft']>
export type DesignVersion = Whole<S['DefinitionVersion']>
export type DesignUse = Narrow<Whole<S['DefinitionUse']>, { kind: 'item' | 'material' | 'situation' | 'definition' | 'licence_type' | 'binding' }>
export type FormJudgement = Whole<S['FormJudgement']>
interface Options { options: { value: string; label: string }[] }
export type SharedFieldDraft = Narrow<Whole<S['SharedFieldContent']>, Options>
export type SharedFieldRow = Narrow<Whole<S['SharedField']>, Options>
export type DesignHandlers = Whole<S['Handlers']>
/** Where a published decision checks what is filled in; what is absent or empty means every one. */
export interface RuleBindingRow {
  rules_id: string; rules_key: string; rules_name: string; version: number; no: number; decision: string; form: string | null; form_name: string | null; item: string | null
  channels: DesignChannel[]; severity: 'stop' | 'warn'; from: string | null; until: string | null; message: string; state: 'in_force' | 'coming' | 'past' | 'off'
}
export interface BindingQuery { q?: string; form?: string; item?: string; channel?: string; severity?: string; time?: string; day?: string }
/** A form with sections of a template; `behind` when they say something else than the template does now. */
export interface TemplateTaker { id: string; key: string; name: string; sections: string[]; behind: boolean; has_draft: boolean }
export interface TakenOver { id: string; name: string; result: 'taken' | 'same' | 'refused'; note: string }
interface Paging { cursor?: string; limit?: number }

const ROOT = '/api/v1/design'
const ALL = '/api/v1/design/definitions'
const ONE = '/api/v1/design/definitions/{id}'
const FIELDS = '/api/v1/design/fields'

const definition = (answer: Promise<unknown>): Promise<DesignDefinition> => said<DesignDefinition>(answer)

export const design = {
  definitions: (query: DesignQuery) => said<Page<DesignSummary>>(ask('get', ALL, { query: query as QueryFor<typeof ALL> })),
  // The server reads the key of what is made once; the document does not name it.
  create: (body: DesignCreate) => call<DesignDefinition>('post', ALL, { body, key: newKey() }),
  definition: (id: string) => definition(ask('get', ONE, { path: { id } })),
  saveDraft: (id: string, body: DesignDraft) => definition(ask('put', `${ONE}/draft`, { path: { id }, body })),
  dropDraft: (id: string, revision: number) => ask('delete', `${ONE}/draft`, { path: { id }, body: { revision } }),
  check: (body: S['CheckDefinition']) => ask('post', `${ALL}/check`, { body }),
  publish: (id: string, body: S['PublishDefinition']) => definition(ask('post', `${ONE}/publish`, { path: { id }, body })),
  disable: (id: string, reason: string) => definition(ask('post', `${ONE}/disable`, { path: { id }, body: { reason } })),
  enable: (id: string) => definition(ask('post', `${ONE}/enable`, { path: { id } })),
  versions: (id: string) => ask('get', `${ONE}/versions`, { path: { id } }),
  version: (id: string, version: number) => ask('get', `${ONE}/versions/{version}`, { path: { id, version } }),
  uses: (id: string) => said<{ items: DesignUse[] }>(ask('get', `${ONE}/uses`, { path: { id } })),
  exportAddress: (id: string) => address(`${ONE}/export`, { path: { id } }),
  importFile: (file: File) => sendFile<DesignDefinition>(`${ALL}/import`, file),

  evaluateForm: (body: S['EvaluateForm']) => ask('post', `${ROOT}/forms/evaluate`, { body }),
  checkExpression: (body: { expression: string; names: readonly string[] }) => ask('post', `${ROOT}/expressions/check`, { body: { ...body, names: [...body.names] } }),

  fields: (query: QueryFor<typeof FIELDS>) => said<Page<SharedFieldRow>>(ask('get', FIELDS, { query })),
  createField: (body: SharedFieldDraft) => call<SharedFieldRow>('post', FIELDS, { body, key: newKey() }),
  saveField: (id: string, body: SharedFieldDraft & { version: number }) => said<SharedFieldRow>(ask('put', `${FIELDS}/{id}`, { path: { id }, body })),
  removeField: (id: string) => ask('delete', `${FIELDS}/{id}`, { path: { id } }),

  bindings: (query: BindingQuery & Paging): Promise<Page<RuleBindingRow>> => call<Page<RuleBindingRow>>('get', `${ROOT}/bindings`, { query: { ...query } }),
  bindingsExportAddress: (query: BindingQuery) => address(`${ROOT}/bindings/export`, { query: { ...query, limit: undefined, cursor: undefined } }),
  takers: (id: string) => call<{ items: TemplateTaker[] }>('get', `${ONE}/takers`, { path: { id } }),
  takeOver: (id: string, forms: string[]) => call<{ items: TakenOver[] }>('post', `${ONE}/take-over`, { path: { id }, body: { forms } }),

  handlers: () => ask('get', `${ROOT}/handlers`),
}
