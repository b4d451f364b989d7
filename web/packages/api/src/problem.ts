/** What went wrong, in words a person can read. Built from RFC 9457 problem documents. */
import { notice } from './standing.ts'

/** One wrong place in what was sent: `pointer` is a JSON pointer such as `/form/area`. */
export interface ProblemField {
  pointer: string
  code: string
  message: string
}

/** The body of an `application/problem+json` answer. */
export interface ProblemBody {
  type?: string
  title?: string
  status?: number
  detail?: string
  instance?: string
  code?: string
  trace_id?: string
  errors?: ProblemField[]
  /** Members of one kind of problem: who saved meanwhile, where a thing is used. */
  [more: string]: unknown
}

/** Thrown by every call of this package that does not succeed. Show `title`, then `detail`. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly errors: ProblemField[]
  readonly traceId: string
  /** The whole document, for what only some problems carry. */
  readonly body: ProblemBody

  constructor(status: number, body: ProblemBody) {
    const title = body.title || fallbackTitle(status)
    super(body.detail ? `${title} ${body.detail}` : title)
    this.name = 'ApiProblem'
    this.status = status
    this.code = body.code ?? (status === 0 ? 'network' : 'unknown')
    this.title = title
    this.detail = body.detail ?? ''
    this.errors = body.errors ?? []
    this.traceId = body.trace_id ?? ''
    this.body = body
  }

  /** The page is older than what the server holds: load again, then repeat. */
  get isStale(): boolean {
    return this.status === 409 && this.code === 'stale_version'
  }

  /** Nobody is signed in, or the session has ended. */
  get isSignedOut(): boolean {
    return this.status === 401
  }

  /** The message for one place, or null when that place is right. */
  at(pointer: string): string | null {
    return this.errors.find((error) => error.pointer === pointer)?.message ?? null
  }
}

// Used only when the answer carries no problem document: a proxy in between, or no network at all.
function fallbackTitle(status: number): string {
  if (status === 0) return '网络断了，没有连上服务器。您填的内容都在，再试一次。'
  if (status === 401) return '您还没有登录，或者登录已经过期。'
  if (status === 403) return '您没有办这件事的权限。'
  if (status === 404) return '没有找到。'
  if (status === 413) return '文件太大，请压缩后再传。'
  if (status === 429) return '点得太快了，请等一分钟再试。'
  if (status >= 500) return '服务器出了问题，已经记录。请稍后再试。'
  return '没有成功，请再试一次。'
}

/** Turns anything thrown into an `ApiProblem`. */
export function asProblem(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown
  if (thrown instanceof DOMException && thrown.name === 'AbortError') {
    return new ApiProblem(0, { title: '已取消。', code: 'aborted' })
  }
  return new ApiProblem(0, {})
}

/** Reads the problem document of a failed answer. */
export function problemOf(status: number, body: unknown): ApiProblem {
  if (body !== null && typeof body === 'object' && !Array.isArray(body)) {
    const problem = new ApiProblem(status, body as ProblemBody)
    if (status === 503) notice(problem.code, problem.title)
    return problem
  }
  return new ApiProblem(status, {})
}
