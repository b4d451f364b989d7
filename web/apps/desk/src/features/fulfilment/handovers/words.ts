import type { HandOverState } from '@tongban/api'

/** How a state looks. */
export const LOOKS: Record<HandOverState, 'ok' | 'warn' | 'danger' | 'doing' | 'off'> = { prepared: 'doing', sent: 'warn', received: 'ok', missing: 'danger', cancelled: 'off' }
export const STATES = ['prepared', 'sent', 'received', 'missing', 'cancelled'] as const
