import type { FeeState } from '@tongban/api'

/** How a state looks. */
export const LOOKS: Record<FeeState, 'ok' | 'warn' | 'doing' | 'paused' | 'off'> = { to_review: 'doing', due: 'warn', paid: 'ok', waived: 'ok', refunding: 'paused', refunded: 'off', cancelled: 'off' }
export const STATES = ['to_review', 'due', 'paid', 'waived', 'refunding', 'refunded', 'cancelled'] as const
