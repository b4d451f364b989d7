/**
 * Calls that the OpenAPI document checks: path, query, body and answer come from `schema.d.ts`, so a route
 * that changes on the server is a type error here. Start at `ask`.
 */
import type { components, paths } from './schema.d.ts'
import { call, type CallOptions } from './transport.ts'

/** The shapes of the document by their names. */
export type S = components['schemas']
/** The server writes absent values as null, never leaves them out; the document only says "optional". */
export type Whole<T> = T extends (infer U)[] ? Whole<U>[] : T extends object ? { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> } : T
/** Says exactly what the document leaves open. */
export type Narrow<T, U> = Omit<T, keyof U> & U

type Verb = 'get' | 'post' | 'put' | 'delete'
type Empty = Record<never, never>
type Json<R> = R extends { content: { 'application/json': infer B } } ? B : void
type Answer<O> = O extends { responses: infer R } ? Whole<Json<R[keyof R & (200 | 201 | 202 | 204)]>> : never
type PathOf<O> = O extends { parameters: { path: infer P } } ? { path: P } : Empty
type QueryOf<O> = O extends { parameters: { query: infer Q } } ? { query: Q } : O extends { parameters: { query?: infer Q } } ? [NonNullable<Q>] extends [never] ? Empty : { query?: Q } : Empty
type BodyOf<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? { body: B } : Empty
/** Only where the server reads the key: sent elsewhere it would promise what nobody keeps. */
type KeyOf<O> = O extends { parameters: { header?: { 'Idempotency-Key'?: unknown } } } ? O extends { parameters: { header?: never } } ? Empty : { key: string } : Empty
type Options<O> = PathOf<O> & QueryOf<O> & BodyOf<O> & KeyOf<O> & Pick<CallOptions, 'signal' | 'quiet'>
/** A path that does not know the method takes nothing at all. */
type Rest<O> = [O] extends [undefined] ? [never] : Empty extends Options<O> ? [options?: Options<O>] : [options: Options<O>]

/** The query of a reading route, for pages that keep it. */
export type QueryFor<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never
/** What a route answers. */
export type AnswerOf<P extends keyof paths, M extends Verb> = Answer<paths[P][M]>

type Ask = <M extends Verb, P extends keyof paths, O = paths[P][M]>(method: M, path: P, ...options: Rest<O>) => Promise<Answer<O>>
/** Sends one request of the document and gives its answer. Throws `ApiProblem`. */
export const ask = ((method: Verb, path: string, options: CallOptions = {}) => call(method, path, options)) as unknown as Ask

/** The same answer with what the document leaves open said exactly: the words of a state, say. */
export const said = <T>(answer: Promise<unknown>): Promise<T> => answer as Promise<T>
