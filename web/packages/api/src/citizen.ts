/** The own account of citizens and enterprises: sessions, sign-in records, real name, enterprise accounts, connected systems and consents. */
import type { SessionRow, SignInRecord } from './account.ts'
import type { Bindings, TicketAddress } from './recognition.ts'
import { call } from './transport.ts'
import type { Page, PortalMe } from './types.ts'

export interface RealName { state: 'none' | 'pending' | 'passed' | 'failed'; state_label: string; reason: string; submitted_at: string | null; decided_at: string | null; may_file: boolean; can_apply: boolean }
export interface Security {
  has_password: boolean; password_changed_at: string | null; password_overdue: boolean; password_days_left: number | null
  sessions: number; last_sign_in: SignInRecord | null; real_name: RealName
}
/** A system that signs the person in by itself. Those that open with a ticket stand beside the bindings. */
export interface OpenableSystem {
  app_id: string; name: string; owner: string; summary: string; notice?: string
  /** Where it begins. */
  start_url: string
  opened: number
}
export interface OpenableSystems {
  items: OpenableSystem[]; notices: { title: string; text: string; app_id: string | null }[]
  usage: { days: number; total: number; by_system: { app_id: string | null; name: string; count: number }[] }
}
export interface Consent { app_id: string; system_name: string; owner: string; scopes: { key: string; label: string }[]; given_at: string; last_used_at: string | null }
/** Another system asks to sign the person in. */
export interface Authorization {
  id: string; system: { app_id: string; name: string; owner: string; description: string }
  scopes: { key: string; label: string; items: string[]; required: boolean }[]
  account_name: string; return_host: string; expires_at: string
}
type Captcha = { captcha_id: string; captcha_answer: string }
export interface Activation { ticket: string; name: string; uscc: string; legal_person_masked: string; phone_masked: string; licence: { number: string; valid_until: string | null }; expires_in: number }

const ME = '/api/v1/portal/me'
const ASKED = '/api/v1/portal/authorizations/{id}'

export const citizen = {
  security: () => call<Security>('get', `${ME}/security`),
  changePassword: (body: { old_password: string; new_password: string }) => call<void>('put', `${ME}/password`, { body }),
  sessions: () => call<{ items: SessionRow[] }>('get', `${ME}/sessions`),
  endSession: (id: string) => call<void>('post', `${ME}/sessions/{id}/end`, { path: { id } }),
  endOthers: () => call<{ ended: number }>('post', `${ME}/sessions/end-others`),
  signIns: (query: { limit?: number; cursor?: string }) => call<Page<SignInRecord>>('get', `${ME}/sign-ins`, { query }),

  realName: () => call<RealName>('get', `${ME}/real-name`),
  checkRealName: (body: { name: string; id_number: string }) => call<RealName>('post', `${ME}/real-name`, { body }),

  // A refused sign-in is not the end of a session.
  activate: (body: Captcha & { code: string }) => call<Activation>('post', '/api/v1/portal/enterprise/activation', { body, quiet: true }),
  finishActivation: (body: { ticket: string; sms_code: string; legal_person_id_number: string; password: string }) =>
    call<PortalMe>('post', '/api/v1/portal/enterprise/activation/finish', { body, quiet: true }),
  signInEnterprise: (body: Captcha & { code: string; password: string }) => call<PortalMe>('post', '/api/v1/portal/enterprise/sign-in', { body, quiet: true }),

  systems: () => call<OpenableSystems>('get', '/api/v1/portal/systems'),
  openSystem: (app: string) => call<TicketAddress>('post', '/api/v1/portal/systems/{app}/open', { path: { app }, body: {} }),
  bindSystem: (app: string) => call<TicketAddress>('post', '/api/v1/portal/systems/{app}/bind', { path: { app } }),
  bindings: () => call<Bindings>('get', `${ME}/bindings`),
  unbind: (id: string) => call<void>('post', `${ME}/bindings/{id}/unbind`, { path: { id } }),
  consents: () => call<{ items: Consent[] }>('get', `${ME}/consents`),
  withdrawConsent: (app: string) => call<void>('post', `${ME}/consents/{app}/withdraw`, { path: { app } }),

  authorization: (id: string) => call<Authorization>('get', ASKED, { path: { id } }),
  approve: (id: string, scopes: string[]) => call<{ redirect_to: string }>('post', `${ASKED}/approve`, { path: { id }, body: { scopes } }),
  refuse: (id: string) => call<{ redirect_to: string }>('post', `${ASKED}/refuse`, { path: { id }, body: {} }),
}
