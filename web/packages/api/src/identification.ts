/** Who stands at the counter (code or card), card readers, the link to the mobile platform, entry from other systems. */
import { call, newKey } from './transport.ts'
import type { CaseRow, Page } from './types.ts'

export type IdentifyPurpose = 'booking' | 'ticket' | 'intake' | 'collection'
export type IdentifyWay = 'id_card' | 'citizen_card' | 'citizen_code' | 'enterprise_code'
export interface IdentifiedRole { name: string; id_number_masked: string; role_label: string; all_items: boolean; items: string[]; until: string | null }
/** Whole numbers for an application only; the portrait is shown and kept nowhere. */
export interface Identified {
  id: string; way: IdentifyWay; way_label: string; purpose: IdentifyPurpose; photo: string | null; expires_at: string
  person: { name: string; id_number: string; phone: string; sex: string; nation: string; birth: string; address: string; valid_until: string }
  enterprise: { name: string; uscc: string; legal_person: string; address: string; standing: 'legal_representative' | 'granted' | 'none'; standing_label: string } | null
  authorised: IdentifiedRole[]; represents: IdentifiedRole[]
}
export interface CardChallenge { challenge: string; gateway_url: string; expires_at: string }
export interface SignedRead { device: string; payload: string; signature: string }
export interface CardDevice { id: string; code: string; name: string; window_id: string; window_name: string; key_print: string; enabled: boolean; state_label: string; version: number; last_read_at: string | null }
export interface MobileLink { linked: boolean; user_name: string; linked_at: string | null; verified_at: string | null }
export interface MobileLinkRow {
  linked_by: string
  link_reason: string
  id: string; staff_id: string; staff_name: string; login: string; org_name: string; staff_disabled: boolean; state: 'linked' | 'ended'; state_label: string
  user_name: string; linked_at: string; verified_at: string; ended_at: string | null; ended_by: string; end_reason: string
}
export interface CameIn { name: string; to: string }

export const identification = {
  byCode: (code: string, purpose: IdentifyPurpose) => call<Identified>('post', '/api/v1/identifications/codes', { body: { code, purpose } }),
  /** Reads a card: challenge from the server, read and signature from the gateway of this computer, proof to the server. */
  async byCard(purpose: IdentifyPurpose): Promise<Identified> {
    const begun = await call<CardChallenge>('post', '/api/v1/identifications/card-reads', { body: { purpose } })
    return call<Identified>('post', '/api/v1/identifications/cards', { body: await readCard(begun) })
  },
  cases: (id: string, purpose: IdentifyPurpose) => call<{ items: CaseRow[]; total: number }>('get', '/api/v1/counter/identifications/{id}/cases', { path: { id }, query: { purpose } }),

  devices: () => call<{ items: CardDevice[] }>('get', '/api/v1/card-devices'),
  addDevice: (body: { code: string; name: string; window_id: string; public_key: string }, key = newKey()) => call<{ id: string }>('post', '/api/v1/card-devices', { body, key }),
  switchDevice: (id: string, version: number, on: boolean) => call<void>('post', `/api/v1/card-devices/{id}/${on ? 'enable' : 'disable'}`, { path: { id }, body: { version } }),

  mobileLink: () => call<MobileLink>('get', '/api/v1/staff/me/mobile-link'),
  beginMobileLink: (body: { password: string; code: string }) => call<{ authorize_url: string }>('post', '/api/v1/staff/me/mobile-link/begin', { body }),
  finishMobileLink: (body: { state: string; ticket: string }) => call<MobileLink>('post', '/api/v1/staff/me/mobile-link', { body, quiet: true }),
  removeMobileLink: (body: { password: string; code: string }) => call<void>('post', '/api/v1/staff/me/mobile-link/remove', { body }),
  mobileLinks: (query: { q?: string; state?: string; limit?: number; cursor?: string }) => call<Page<MobileLinkRow>>('get', '/api/v1/mobile-links', { query: { ...query } }),
  makeMobileLink: (body: { staff_id: string; user_id: string; reason: string }) => call<MobileLink>('post', '/api/v1/mobile-links', { body }),
  endMobileLink: (id: string, reason: string) => call<void>('post', '/api/v1/mobile-links/{id}/end', { path: { id }, body: { reason } }),

  /** Comes in with a one-time ticket. A ticket refused is not the end of a session. */
  enter: (by: 'mobile' | 'document', ticket: string) => call<CameIn>('post', `/api/v1/staff/${by}/sign-on`, { body: { ticket }, quiet: true }),
}

/** Codes a gateway refuses with (docs/operations/devices.md). */
export const GATEWAY_CODES = ['no_card', 'no_reader', 'busy', 'unreadable'] as const
export type GatewayCode = (typeof GATEWAY_CODES)[number]
/** How long a person may take to lay the card down, and the gateway to read it. */
const PATIENCE = 25_000

/** The gateway on this computer did not give a read; `code` says why, `down` when nobody answers there. */
export class GatewayProblem extends Error {
  constructor(readonly code: GatewayCode | 'down') {
    super(code)
  }
}

/** A page taken by the document camera, straightened and compressed by the gateway. */
export interface ScannedPage { device: string; size: PageSize; type: string; width: number; height: number; data: string }
export type PageSize = 'A4' | 'A3'
/** Codes with which no page comes (docs/operations/devices.md). */
export const CAMERA_CODES = ['no_camera', 'no_paper', 'busy', 'blurred'] as const
export type CameraCode = (typeof CAMERA_CODES)[number]
/** How long a sheet may take to lie still and be taken. */
const STILL = 15_000

/** No page came; `code` says why, `down` when the connection broke or nobody answers. */
export class CameraProblem extends Error {
  constructor(readonly code: CameraCode | 'down') {
    super(code)
  }
}

export const camera = {
  gateway: () => call<{ url: string }>('get', '/api/v1/counter/device-gateway'),
  async page(url: string, size: PageSize): Promise<ScannedPage> {
    let answer: Response
    let found: (ScannedPage & { error?: string }) | null
    try {
      answer = await globalThis.fetch(`${url}/v1/camera/page`, { method: 'POST', mode: 'cors', credentials: 'omit', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ size }), signal: AbortSignal.timeout(STILL) })
      found = (await answer.json()) as ScannedPage & { error?: string }
    } catch {
      throw new CameraProblem('down')
    }
    if (answer.ok && found?.data) return found
    throw new CameraProblem(CAMERA_CODES.find((code) => code === found?.error) ?? 'down')
  },
}

async function readCard({ challenge, gateway_url }: CardChallenge): Promise<SignedRead> {
  let answer: Response
  try {
    answer = await globalThis.fetch(`${gateway_url}/v1/card/read`, { method: 'POST', mode: 'cors', credentials: 'omit', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ challenge }), signal: AbortSignal.timeout(PATIENCE) })
  } catch {
    throw new GatewayProblem('down')
  }
  const found = (await answer.json().catch(() => null)) as { error?: string } | null
  if (answer.ok && found) return found as unknown as SignedRead
  throw new GatewayProblem(GATEWAY_CODES.find((code) => code === found?.error) ?? 'down')
}
