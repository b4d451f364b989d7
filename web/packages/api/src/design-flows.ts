/** What the designers of flows, rules and papers ask of the server; definitions themselves stand in `design.ts`. All throw `ApiProblem`. */
import { call } from './transport.ts'

export interface DesignStaff { id: string; name: string; org_name?: string }
export interface FlowRunStep { element: string; name: string; kind: string }
export interface FlowRunCommand { element: string; outcome?: string; data?: Record<string, unknown> }
export interface FlowRunResult { steps: FlowRunStep[]; waiting: FlowRunStep[]; ended: boolean }
/** A row that fired, counted from 1. */
export interface RuleTraceRow { table: string; row: number; annotation: string }
export interface RuleResult { output: unknown; trace: RuleTraceRow[] }
export interface DesignShortcut { command: string; keys: string; label: string }

const DESIGN = '/api/v1/design'

export const designFlows = {
  staff: (q: string) => call<{ items: DesignStaff[] }>('get', `${DESIGN}/handlers/staff`, { query: { q } }),
  run: (content: string, path: FlowRunCommand[], data: Record<string, unknown>) => call<FlowRunResult>('post', `${DESIGN}/flows/run`, { body: { content, path, data } }),
  decide: (content: string, decision: string, input: Record<string, unknown>) => call<RuleResult>('post', `${DESIGN}/rules/evaluate`, { body: { content, decision, input } }),
  shortcuts: () => call<{ items: DesignShortcut[] }>('get', `${DESIGN}/settings/shortcuts`),
  saveShortcuts: (items: DesignShortcut[]) => call<{ items: DesignShortcut[] }>('put', `${DESIGN}/settings/shortcuts`, { body: { items } }),
  /** A PDF; what is wrong with the template comes as a problem with its line in `errors`. */
  previewPaper: (content: string, data: Record<string, unknown>, signal?: AbortSignal) => call<Blob>('post', `${DESIGN}/papers/preview`, { body: { content, data }, as: 'blob', signal }),
}
