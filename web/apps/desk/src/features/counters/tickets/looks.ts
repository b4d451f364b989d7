import type { TicketState } from '@tongban/api'

/** Tint of a state; its word comes from the server. */
export const TICKET_LOOKS: Record<TicketState, 'ok' | 'warn' | 'doing' | 'paused' | 'off'> = {
  waiting: 'off', called: 'warn', serving: 'doing', held: 'paused', missed: 'off', transferred: 'doing', done: 'ok', cancelled: 'off',
}
export const TICKET_STATES = ['waiting', 'called', 'serving', 'held', 'missed', 'transferred', 'done', 'cancelled'] as const satisfies readonly TicketState[]
