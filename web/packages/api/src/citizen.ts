/** The own account of citizens and enterprises: sessions, sign-in records, real name, enterprise accounts, connected systems and consents. */
import type { SignInRecord } from './account.ts'
import type { Bindings, TicketAddress } from './recognition.ts'
import { call } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'

export type RealName = Narrow<Whole<S['RealNameView']>, { state: 'none' | 'pending' | 'passed' | 'failed' }>
export type Security = Narrow<Whole<S['SecurityView']>, { last_sign_in: SignInRecord | null; real_name: RealName }>
/** A system that signs the person in by itself. Those that open with a ticket stand beside the bindings. */
export type OpenableSystem = Whole<S['ConnectedSystemView']>
export type OpenableSystems = Narrow<Whole<S['SystemsPortal']>, { items: OpenableSystem[] }>
export type Consent = Whole<S['ConsentView']>
export type Activation = Whole<S['ActivationView']>

const ME = '/api/v1/portal/me'
const ASKED = '/api/v1/portal/authorizations/{id}'

export const citizen = {
  security: () => said<Security>(ask('get', `${ME}/security`)),
  changePassword: (body: S['ChangePasswordRequest']) => ask('put', `${ME}/password`, { body }),
  sessions: () => ask('get', `${ME}/sessions`),
  endSession: (id: string) => ask('post', `${ME}/sessions/{id}/end`, { path: { id } }),
  endOthers: () => ask('post', `${ME}/sessions/end-others`),
  signIns: (query: QueryFor<'/api/v1/portal/me/sign-ins'>) => said<Narrow<Whole<S['List_SignInView']>, { items: SignInRecord[] }>>(ask('get', `${ME}/sign-ins`, { query })),

  realName: () => said<RealName>(ask('get', `${ME}/real-name`)),
  checkRealName: (body: S['RealNameRequest']) => said<RealName>(ask('post', `${ME}/real-name`, { body })),

  // A refused sign-in is not the end of a session.
  activate: (body: S['ActivationRequest']) => ask('post', '/api/v1/portal/enterprise/activation', { body, quiet: true }),
  finishActivation: (body: S['FinishActivationRequest']) => ask('post', '/api/v1/portal/enterprise/activation/finish', { body, quiet: true }),
  signInEnterprise: (body: S['EnterpriseSignInRequest']) => ask('post', '/api/v1/portal/enterprise/sign-in', { body, quiet: true }),

  systems: () => said<OpenableSystems>(ask('get', '/api/v1/portal/systems')),
  openSystem: (app: string) => call<TicketAddress>('post', '/api/v1/portal/systems/{app}/open', { path: { app }, body: {} }),
  bindSystem: (app: string) => call<TicketAddress>('post', '/api/v1/portal/systems/{app}/bind', { path: { app } }),
  bindings: () => call<Bindings>('get', `${ME}/bindings`),
  unbind: (id: string) => call<void>('post', `${ME}/bindings/{id}/unbind`, { path: { id } }),
  consents: () => ask('get', `${ME}/consents`),
  withdrawConsent: (app_id: string) => ask('post', `${ME}/consents/{app_id}/withdraw`, { path: { app_id } }),

  authorization: (id: string) => ask('get', ASKED, { path: { id } }),
  approve: (id: string, scopes: string[]) => ask('post', `${ASKED}/approve`, { path: { id }, body: { scopes } }),
  refuse: (id: string) => ask('post', `${ASKED}/refuse`, { path: { id } }),
}
