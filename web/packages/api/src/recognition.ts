/** Tickets between this hall and the systems and portals around it: jumps, arrivals, bound accounts; links and the log of tickets for the desk. All throw `ApiProblem`. */
import { call } from './transport.ts'
import type { Page } from './types.ts'

/** An address with a ticket that is good for a minute. */
export interface TicketAddress { url: string; expires_in: number }
/** An own account of another system that belongs to one's account here. */
export interface Binding { id: string; app_id: string; system_name: string; external_name: string; bound_at: string; last_used_at: string | null; way: string; way_label: string }
/** A system that opens with a ticket. */
export interface TicketSystem { app_id: string; name: string; role_label: string; owner: string; can_bind: boolean; handed_over: string[] }
export interface Bindings { items: Binding[]; systems: TicketSystem[] }
/** An item that is handled in another system. */
export interface ItemJump { system_name: string; note: string; handed_over: string[] }
export interface Arrival { state: 'arrived' | 'account_needed'; to: string; system_name: string; person: string; pending: string | null; external_name: string | null }
type Captcha = { captcha_id: string; captcha_answer: string }

export type LinkRole = 'department' | 'province' | 'city' | 'district'
export interface LinkDraft {
  role: LinkRole; for_portal: boolean; for_desk: boolean; our_id: string; entry_url: string; bind_url: string; redeem_url: string; sync_url: string; push_url: string
  trusted: boolean; creates: boolean; bind_network: boolean; enabled: boolean
}
export interface LinkView { version: number; link: LinkDraft | null; roles: { key: LinkRole; label: string }[] }
export interface JumpDraft { app_id: string; target_url: string; params: { name: string; value: string }[]; mapping: { field: string; name: string }[]; pushes: string[]; note: string; enabled: boolean }
export interface Jump extends JumpDraft { item_slug: string; item_name: string; system_name: string; state_label: string; version: number; updated_at: string }
interface Named { key: string; label: string }
export interface JumpChoices { systems: Named[]; fields: Named[]; pushes: Named[]; places: string[] }
export interface JumpTrial { ok: boolean; target: string; steps: { name: string; ok: boolean; said: string }[] }
export interface TicketLine {
  id: string; at: string; direction: 'in' | 'out'; direction_label: string; app_id: string; system_name: string; purpose_label: string; audience_label: string; person: string; item_slug: string | null; target: string
  result: 'issued' | 'redeemed' | 'arrived' | 'asked' | 'refused'; result_label: string; reason: string; address: string
}

const JUMP = '/api/v1/jumps/{slug}'
const ARRIVALS = '/api/v1/portal/arrivals'

/** For citizens and enterprises. */
export const tickets = {
  // A refused ticket or password is not the end of a session.
  arrive: (ticket: string, to: string) => call<Arrival>('post', ARRIVALS, { body: { ticket, to }, quiet: true }),
  showAccount: (body: Captcha & { pending: string; code: string; password: string }) => call<{ to: string }>('post', `${ARRIVALS}/account`, { body, quiet: true }),
  confirm: (pending: string) => call<{ to: string }>('post', `${ARRIVALS}/confirm`, { body: { pending } }),
  itemJump: (slug: string) => call<{ jump: ItemJump | null }>('get', '/api/v1/items/{slug}/jump', { path: { slug } }),
  jump: (slug: string, handleItem: string) => call<TicketAddress>('post', '/api/v1/portal/jumps/{slug}', { path: { slug }, body: { handle_item: handleItem } }),
}

/** For staff: their own accounts in other systems. */
export const staffTickets = {
  arrive: (ticket: string, to: string) => call<Arrival>('post', '/api/v1/staff/arrivals', { body: { ticket, to }, quiet: true }),
  confirm: (pending: string) => call<{ to: string }>('post', '/api/v1/staff/arrivals/confirm', { body: { pending } }),
  bindings: () => call<Bindings>('get', '/api/v1/staff/me/bindings'),
  unbind: (id: string) => call<void>('post', '/api/v1/staff/me/bindings/{id}/unbind', { path: { id } }),
  open: (app: string) => call<TicketAddress>('post', '/api/v1/staff/systems/{app}/open', { path: { app }, body: {} }),
  bind: (app: string) => call<TicketAddress>('post', '/api/v1/staff/systems/{app}/bind', { path: { app } }),
}

/** For administrators. */
export const recognition = {
  link: (id: string) => call<LinkView>('get', '/api/v1/systems/{id}/link', { path: { id } }),
  saveLink: (id: string, body: LinkDraft & { version: number }) => call<LinkView>('put', '/api/v1/systems/{id}/link', { path: { id }, body }),
  jumps: (query: { q?: string; system?: string; state?: string; limit?: number; cursor?: string }): Promise<Page<Jump>> => call('get', '/api/v1/jumps', { query: { ...query } }),
  jumpChoices: () => call<JumpChoices>('get', '/api/v1/jumps/choices'),
  jump: (slug: string) => call<Jump>('get', JUMP, { path: { slug } }),
  saveJump: (slug: string, body: JumpDraft & { version: number }) => call<Jump>('put', JUMP, { path: { slug }, body }),
  removeJump: (slug: string, version: number) => call<void>('post', `${JUMP}/remove`, { path: { slug }, body: { version } }),
  tryJump: (slug: string) => call<JumpTrial>('post', `${JUMP}/try`, { path: { slug }, body: {} }),
  tickets: (query: { q?: string; direction?: string; result?: string; system?: string; from?: string; to?: string; limit?: number; cursor?: string }): Promise<Page<TicketLine>> => call('get', '/api/v1/tickets', { query: { ...query } }),
}
