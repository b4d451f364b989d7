/**
 * One way to call the server: JSON over `/api/v1`, the request header that stops forged requests,
 * idempotency keys for creating calls, problems as exceptions.
 */
import createClient from 'openapi-fetch'
import { ApiProblem, asProblem, problemOf } from './problem.ts'

export type Method = 'get' | 'post' | 'put' | 'delete'
type QueryValue = string | number | boolean | null | undefined | readonly string[]
export type Query = Record<string, QueryValue>

export interface CallOptions {
  /** Values for `{name}` parts of the path. */
  path?: Record<string, string | number>
  query?: Query
  body?: unknown
  /** Sent as `Idempotency-Key`: the same key never creates twice. */
  key?: string
  signal?: AbortSignal
  /** A 401 refuses what was sent and says nothing of the session: nobody is told that it ended. */
  quiet?: boolean
  /** A file instead of JSON. */
  as?: 'blob'
}

/** The header without which the server refuses every request that changes something. */
export const FORGERY_HEADER = { 'X-Tongban-Request': '1' } as const

// The paths of the document are checked where the calls are written (desk.ts, portal.ts): each names
// its answer type, taken from the document by types.ts.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const client = createClient<any>({
  baseUrl: '',
  credentials: 'same-origin',
  // Looked up at each call, so that tests can answer in its place.
  fetch: (request: Request) => globalThis.fetch(request),
})

type SignedOutListener = () => void
const signedOutListeners = new Set<SignedOutListener>()

/** Calls `listener` whenever an answer says that nobody is signed in. Returns the way to stop. */
export function onSignedOut(listener: SignedOutListener): () => void {
  signedOutListeners.add(listener)
  return () => signedOutListeners.delete(listener)
}

/** From here on a call says that it is still under way, milliseconds: the strictest of what is promised. */
export const WAITING_AFTER = 2_000

type WaitingListener = (waiting: boolean) => void
const waitingListeners = new Set<WaitingListener>()
const waiting = new Set<symbol>()

/** Calls `listener` when a call takes longer than promised, and when none does any more. Returns the way to stop. */
export function onWaiting(listener: WaitingListener): () => void {
  waitingListeners.add(listener)
  return () => waitingListeners.delete(listener)
}

/** Tells when the first of the late ones begins to be late and when the last of them ended. */
async function watched<T>(work: Promise<T>): Promise<T> {
  const mine = Symbol('call')
  const tell = () => { for (const listener of waitingListeners) listener(waiting.size > 0) }
  const timer = setTimeout(() => {
    waiting.add(mine)
    if (waiting.size === 1) tell()
  }, WAITING_AFTER)
  try {
    return await work
  } finally {
    clearTimeout(timer)
    if (waiting.delete(mine) && waiting.size === 0) tell()
  }
}

/** Sends one request and gives its body. Throws `ApiProblem`. */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = {}
  if (method !== 'get') Object.assign(headers, FORGERY_HEADER)
  if (options.key) headers['Idempotency-Key'] = options.key
  let answer: { data?: unknown; error?: unknown; response: Response }
  try {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const sent = (client as any).request(method, path, {
      params: { path: options.path ?? {}, query: withoutEmpty(options.query) },
      body: options.body,
      headers,
      signal: options.signal,
      parseAs: options.as ?? 'json',
    })
    answer = await watched(sent as Promise<typeof answer>)
  } catch (thrown) {
    throw asProblem(thrown)
  }
  if (answer.response.ok) return answer.data as T
  const problem = problemOf(answer.response.status, answer.error)
  if (problem.isSignedOut && !options.quiet) for (const listener of signedOutListeners) listener()
  throw problem
}

/** Drops filters that are not set, so addresses stay short and the server sees only real conditions. */
export function withoutEmpty(query: Query | undefined): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null || value === undefined || value === '' || value === false) continue
    if (Array.isArray(value) && value.length === 0) continue
    kept[name] = value
  }
  return kept
}

/** The address of a download or frame: path values filled in, filters appended. */
export function address(path: string, options: Pick<CallOptions, 'path' | 'query'> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(options.path?.[name] ?? '')))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(withoutEmpty(options.query))) {
    if (Array.isArray(value)) for (const each of value) query.append(name, String(each))
    else query.set(name, String(value))
  }
  const tail = query.toString()
  return tail ? `${filled}?${tail}` : filled
}

/** A fresh idempotency key. Keep it while the same form is sent again after a lost answer. */
export function newKey(): string {
  // randomUUID exists only on secure origins; halls may run on plain HTTP inside their own network.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export { ApiProblem }
