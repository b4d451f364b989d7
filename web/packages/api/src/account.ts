/** The own account of staff (password, second factor, sessions, sign-in records, start page, consents), real-name review and sign-in figures. */
import { asProblem, problemOf } from './problem.ts'
import { FORGERY_HEADER } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'
import type { StaffMe } from './types.ts'

/** What sign-in asks for besides the password; absent when nothing more is needed. */
export type SignInStep = Narrow<Whole<S['SecondStep']>, { step: 'code' | 'enrol' }>
export type Enrolment = Whole<S['EnrolmentView']>
export type SignedIn = Narrow<Whole<S['SignedInView']>, { me: StaffMe }>
export type SecondFactor = Whole<S['SecondFactorView']>
export type SessionRow = Whole<S['SessionView']>
export type StaffSession = Whole<S['StaffSession']>
export type SignInRecord = Narrow<Whole<S['SignInView']>, { result: 'ok' | 'refused' }>
export type RealNameReview = Narrow<Whole<S['RealNameReview']>, { state: 'pending' | 'passed' | 'failed' }>
export type SignInFigures = Whole<S['SignOnStatistics']>
/** Messages of the person, the newest first, and the long work of theirs that goes on. */
export type StaffNotices = Whole<S['StaffNotices']>
export type Layout = Whole<S['Layout']>
export type WorkCard = Whole<S['Card']>
export type PlacedCard = S['PlacedCard']
/** Another system asks to sign the person in. */
export type Authorization = Whole<S['AuthorizationView']>
/** Systems that may be opened from the desk. */
export type StaffSystems = Whole<S['SystemsPortal']>

const REVIEW = '/api/v1/real-name-reviews/{id}'
const ASKED = '/api/v1/staff/authorizations/{id}'

export const account = {
  /** The person, or the step that is still missing. A wrong password is not the end of a session, so nobody is told of one. */
  async signIn(login: string, password: string): Promise<StaffMe | SignInStep> {
    return plain('/api/v1/staff/sign-in', { login, password })
  },
  enrolment: (ticket: string) => plain<Enrolment>('/api/v1/staff/sign-in/enrolment', { ticket }),
  enterCode: (ticket: string, code: string) => plain<SignedIn>('/api/v1/staff/sign-in/code', { ticket, code }),

  notices: () => ask('get', '/api/v1/staff/me/notices'),

  changePassword: (body: S['ChangePassword']) => ask('put', '/api/v1/staff/me/password', { body }),
  secondFactor: () => ask('get', '/api/v1/staff/me/second-factor'),
  beginSecondFactor: (password: string) => ask('post', '/api/v1/staff/me/second-factor', { body: { password } }),
  confirmSecondFactor: (code: string) => ask('post', '/api/v1/staff/me/second-factor/confirm', { body: { code } }),
  newRecoveryCodes: (code: string) => ask('post', '/api/v1/staff/me/second-factor/recovery-codes', { body: { code } }),
  removeSecondFactor: (body: S['RemoveRequest']) => ask('post', '/api/v1/staff/me/second-factor/remove', { body }),
  resetSecondFactor: (id: string, reason: string) => ask('post', '/api/v1/staff/{id}/second-factor/reset', { path: { id }, body: { reason } }),
  sessions: () => ask('get', '/api/v1/staff/me/sessions'),
  endSession: (id: string) => ask('post', '/api/v1/staff/me/sessions/{id}/end', { path: { id } }),
  endOthers: () => ask('post', '/api/v1/staff/me/sessions/end-others'),
  signIns: (query: QueryFor<'/api/v1/staff/me/sign-ins'>) => said<Narrow<Whole<S['List_SignInView']>, { items: SignInRecord[] }>>(ask('get', '/api/v1/staff/me/sign-ins', { query })),

  // the own start page
  cards: () => ask('get', '/api/v1/staff/me/cards'),
  layout: () => ask('get', '/api/v1/staff/me/layout'),
  saveLayout: (body: S['SaveLayout']) => ask('put', '/api/v1/staff/me/layout', { body }),
  dropLayout: () => ask('delete', '/api/v1/staff/me/layout'),

  // connected systems that ask who one is
  systems: () => ask('get', '/api/v1/staff/systems'),
  authorization: (id: string) => ask('get', ASKED, { path: { id } }),
  approve: (id: string, scopes: string[]) => ask('post', `${ASKED}/approve`, { path: { id }, body: { scopes } }),
  refuse: (id: string) => ask('post', `${ASKED}/refuse`, { path: { id } }),

  staffSessions: (query: QueryFor<'/api/v1/sessions'>) => ask('get', '/api/v1/sessions', { query }),
  endStaffSession: (id: string, reason: string) => ask('post', '/api/v1/sessions/{id}/end', { path: { id }, body: { reason } }),
  reviews: (query: QueryFor<'/api/v1/real-name-reviews'>) => said<Narrow<Whole<S['RealNameReviews']>, { items: RealNameReview[] }>>(ask('get', '/api/v1/real-name-reviews', { query })),
  passReview: (id: string, version: number) => said<RealNameReview>(ask('post', `${REVIEW}/pass`, { path: { id }, body: { version } })),
  failReview: (id: string, body: { version: number; reason: string }) => said<RealNameReview>(ask('post', `${REVIEW}/fail`, { path: { id }, body })),
  figures: (query: QueryFor<'/api/v1/sign-on/statistics'>) => ask('get', '/api/v1/sign-on/statistics', { query }),
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
