/** The own account of staff (password, second factor, sessions, sign-in records), real-name review and sign-in figures. */
import { asProblem, problemOf } from './problem.ts'
import { call, FORGERY_HEADER } from './transport.ts'
import type { Page, StaffMe } from './types.ts'

/** What sign-in asks for besides the password; absent when nothing more is needed. */
export interface SignInStep { step: 'code' | 'enrol'; ticket: string; expires_in: number }
export interface Enrolment { secret: string; otpauth_uri: string; qr_svg: string; account: string }
export interface SignedIn { me: StaffMe; recovery_codes: string[] | null; recovery_left: number | null }
export interface SecondFactor { enrolled: boolean; enrolled_at: string | null; required: boolean; required_by: string[]; recovery_left: number }
export interface SessionRow { id: string; current: boolean; started_at: string; seen_at: string; expires_at: string; address: string; device: string; way: string; way_label: string }
export interface StaffSession extends SessionRow { staff: { id: string; name: string; login: string; org_name: string } }
export interface SignInRecord { id: string; at: string; address: string; device: string; system: { app_id: string | null; name: string }; way: string; way_label: string; result: 'ok' | 'refused'; result_label: string; reason: string }
export interface RealNameReview {
  id: string; account_id: string; name: string; id_number_masked: string; phone_masked: string; state: 'pending' | 'passed' | 'failed'; state_label: string; reason: string; source: string
  submitted_at: string; decided_at: string | null; decided_by: string | null; authority_says: string; version: number
}
export interface SignInFigures { from: string; to: string; total: number; refused: number; by_system: { app_id: string | null; name: string; count: number }[]; by_user_type: { key: string; label: string; count: number }[]; by_day: { date: string; count: number }[] }
interface Paging { limit?: number; cursor?: string }

const REVIEW = '/api/v1/real-name-reviews/{id}'

export const account = {
  /** The person, or the step that is still missing. A wrong password is not the end of a session, so nobody is told of one. */
  async signIn(login: string, password: string): Promise<StaffMe | SignInStep> {
    return plain('/api/v1/staff/sign-in', { login, password })
  },
  enrolment: (ticket: string) => plain<Enrolment>('/api/v1/staff/sign-in/enrolment', { ticket }),
  enterCode: (ticket: string, code: string) => plain<SignedIn>('/api/v1/staff/sign-in/code', { ticket, code }),

  changePassword: (body: { old_password: string; new_password: string }) => call<void>('put', '/api/v1/staff/me/password', { body }),
  secondFactor: () => call<SecondFactor>('get', '/api/v1/staff/me/second-factor'),
  beginSecondFactor: (password: string) => call<Enrolment>('post', '/api/v1/staff/me/second-factor', { body: { password } }),
  confirmSecondFactor: (code: string) => call<{ recovery_codes: string[] }>('post', '/api/v1/staff/me/second-factor/confirm', { body: { code } }),
  newRecoveryCodes: (code: string) => call<{ recovery_codes: string[] }>('post', '/api/v1/staff/me/second-factor/recovery-codes', { body: { code } }),
  removeSecondFactor: (body: { password: string; code: string }) => call<void>('post', '/api/v1/staff/me/second-factor/remove', { body }),
  resetSecondFactor: (id: string, reason: string) => call<void>('post', '/api/v1/staff/{id}/second-factor/reset', { path: { id }, body: { reason } }),
  sessions: () => call<{ items: SessionRow[] }>('get', '/api/v1/staff/me/sessions'),
  endSession: (id: string) => call<void>('post', '/api/v1/staff/me/sessions/{id}/end', { path: { id } }),
  endOthers: () => call<{ ended: number }>('post', '/api/v1/staff/me/sessions/end-others'),
  signIns: (query: Paging): Promise<Page<SignInRecord>> => call('get', '/api/v1/staff/me/sign-ins', { query: { ...query } }),

  staffSessions: (query: { q?: string } & Paging): Promise<Page<StaffSession>> => call('get', '/api/v1/sessions', { query: { ...query } }),
  endStaffSession: (id: string, reason: string) => call<void>('post', '/api/v1/sessions/{id}/end', { path: { id }, body: { reason } }),
  reviews: (query: { state?: string; q?: string } & Paging) => call<Page<RealNameReview> & { counts: Record<string, number> }>('get', '/api/v1/real-name-reviews', { query: { ...query } }),
  passReview: (id: string, version: number) => call<RealNameReview>('post', `${REVIEW}/pass`, { path: { id }, body: { version } }),
  failReview: (id: string, body: { version: number; reason: string }) => call<RealNameReview>('post', `${REVIEW}/fail`, { path: { id }, body }),
  figures: (query: { from?: string; to?: string; audience?: string }) => call<SignInFigures>('get', '/api/v1/sign-on/statistics', { query: { ...query } }),
}

async function plain<T>(path: string, body: unknown): Promise<T> {
  let answer: Response
  try {
    answer = await globalThis.fetch(path, { method: 'POST', credentials: 'same-origin', headers: { ...FORGERY_HEADER, 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  } catch (thrown) {
    throw asProblem(thrown)
  }
  const found: unknown = await answer.json().catch(() => null)
  if (!answer.ok) throw problemOf(answer.status, found)
  return found as T
}
