/** Logs of everything in one form. */
import type { components } from './schema.d.ts'
import { call } from './transport.ts'
import type { Whole } from './typed.ts'
import type { Page } from './types.ts'

type S = components['schemas']
export type LogLine = Whole<S['LogLineView']>
export type LogVerdict = Whole<S['LogVerdict']>

export const logs = {
  search: (query: { source?: string; level?: string; q?: string; from?: string; to?: string; limit?: number; cursor?: string }) => call<Page<LogLine>>('get', '/api/v1/security/logs', { query: { ...query } }),
  verify: () => call<LogVerdict>('post', '/api/v1/security/logs/verify'),
}
