/** Documents of the interfaces that connected systems call, and a trial call. All throw `ApiProblem`. */
import { asProblem } from './problem.ts'
import { call } from './transport.ts'
import { ask, type S } from './typed.ts'

export type TrialHeader = S['TrialHeader']

/** The part of an OpenAPI document that the pages read. */
export interface InterfaceDocument { paths: Record<string, Record<string, InterfaceOperation>>; components: { schemas: Record<string, InterfaceSchema> } }
export interface InterfaceOperation {
  operationId: string
  summary?: string
  security?: Record<string, string[]>[]
  requestBody?: { content: Record<string, { schema: InterfaceSchema }> }
  responses: Record<string, { description?: string; content?: Record<string, { schema: InterfaceSchema }> }>
}
export interface InterfaceSchema {
  $ref?: string
  type?: string | string[]
  format?: string
  description?: string
  required?: string[]
  properties?: Record<string, InterfaceSchema>
  items?: InterfaceSchema
  enum?: unknown[]
  oneOf?: InterfaceSchema[]
  allOf?: InterfaceSchema[]
}

/** What an interface answered to a trial. */
export interface TrialAnswer { status: number; milliseconds: number; body: string }

export const interfaces = {
  document: () => call<InterfaceDocument>('get', '/api/v1/openapi.json'),
  sign: (id: string, body: string, user = '') => ask('post', '/api/v1/systems/{id}/trial-signature', { path: { id }, body: { body, user } }),
  /** Sends exactly what was signed, as the system would: without the session, so that nothing but the signature opens it. */
  async send(method: string, path: string, headers: readonly TrialHeader[], body: string): Promise<TrialAnswer> {
    const begun = performance.now()
    try {
      const answer = await fetch(path, {
        method: method.toUpperCase(),
        credentials: 'omit',
        headers: { ...Object.fromEntries(headers.map((each) => [each.name, each.value])), ...(method === 'get' ? {} : { 'content-type': 'application/json' }) },
        ...(method === 'get' ? {} : { body }),
      })
      return { status: answer.status, milliseconds: Math.round(performance.now() - begun), body: await answer.text() }
    } catch (thrown) {
      throw asProblem(thrown)
    }
  },
}
