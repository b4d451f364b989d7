/** What the designer and the framed page say to each other. Both stand on one origin; anything else is not heard. */
import type { Form, FormProblem, FormValues } from '@tongban/form-runtime'

export type Look = 'web' | 'mobile' | 'kiosk' | 'elder'
export interface Shown { form: Form; look: Look; contrast: boolean; role: string; step: string; data: FormValues; strict: boolean }
export type ToFrame = { tongban: 'show' } & Shown
export type FromFrame = { tongban: 'ready' } | { tongban: 'data'; data: FormValues; problems: FormProblem[] }

/** Widths of the page in each look, in CSS pixels. */
export const WIDTHS: Readonly<Record<Look, number>> = { web: 1120, mobile: 390, kiosk: 1080, elder: 860 }
export const LOOKS: readonly Look[] = ['web', 'mobile', 'kiosk', 'elder']

export function post(to: Window | null | undefined, message: ToFrame | FromFrame): void {
  // Reactive values can't be handed over; what is said is plain data anyway.
  to?.postMessage(JSON.parse(JSON.stringify(message)), location.origin)
}
export function heard<T extends ToFrame | FromFrame>(event: MessageEvent): T | null {
  return event.origin === location.origin && event.data && typeof event.data === 'object' && 'tongban' in event.data ? (event.data as T) : null
}
