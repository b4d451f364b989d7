/** What the designers of flows, rules and papers ask of the server; definitions themselves stand in `design.ts`. All throw `ApiProblem`. */
import { call } from './transport.ts'
import { ask, type AnswerOf } from './typed.ts'

const DESIGN = '/api/v1/design'

export type FlowWalk = AnswerOf<'/api/v1/design/flows/run', 'post'>
export interface FlowRunCommand { element: string; outcome?: string; data?: Record<string, unknown> }
/** The rows that fired, those of required decisions first. */
export type RulesAnswer = AnswerOf<'/api/v1/design/rules/evaluate', 'post'>
export type DesignShortcut = AnswerOf<'/api/v1/design/settings/shortcuts', 'get'>['items'][number]

export const designFlows = {
  staff: (q: string) => ask('get', `${DESIGN}/handlers/staff`, { query: { q } }),
  run: (content: string, path: FlowRunCommand[], data: Record<string, unknown>) => ask('post', `${DESIGN}/flows/run`, { body: { content, path, data } }),
  decide: (content: string, decision: string, input: Record<string, unknown>) => ask('post', `${DESIGN}/rules/evaluate`, { body: { content, decision, input } }),
  shortcuts: () => ask('get', `${DESIGN}/settings/shortcuts`),
  saveShortcuts: (items: DesignShortcut[]) => ask('put', `${DESIGN}/settings/shortcuts`, { body: { items } }),
  /** A PDF; what is wrong with the template comes as a problem at its line: `/content/12`. */
  previewPaper: (content: string, data: Record<string, unknown>, signal?: AbortSignal) => call<Blob>('post', `${DESIGN}/papers/preview`, { body: { content, data }, as: 'blob', signal }),
}
