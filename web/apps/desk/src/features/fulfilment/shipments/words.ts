import type { ShipmentState } from '@tongban/api'

/** How a state looks. */
export const LOOKS: Record<ShipmentState, 'ok' | 'warn' | 'danger' | 'doing' | 'paused' | 'off'> = { ordering: 'paused', failed: 'danger', ordered: 'doing', collected: 'doing', on_the_way: 'doing', delivered: 'ok', cancelled: 'off' }
export const STATES = ['ordering', 'failed', 'ordered', 'collected', 'on_the_way', 'delivered', 'cancelled'] as const
