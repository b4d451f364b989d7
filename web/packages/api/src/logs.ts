/** Logs of everything in one form. */
import { address } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'
import type { Page } from './types.ts'

export type LogResponse = Narrow<Whole<S['LogResponse']>, { bytes: number | null }>
export type LogLine = Narrow<Whole<S['LogLineView']>, { response: LogResponse | null }>
export type LogVerdict = Whole<S['LogVerdict']>
export type LogQuery = QueryFor<'/api/v1/security/logs'>

export const logs = {
  search: (query: LogQuery) => said<Page<LogLine>>(ask('get', '/api/v1/security/logs', { query })),
  exportAddress: (query: LogQuery) => address('/api/v1/security/logs/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  verify: () => said<LogVerdict>(ask('post', '/api/v1/security/logs/verify')),
}
