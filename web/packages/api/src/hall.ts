/** The hall: numbers called to windows, taken over into an intake, registered by hand. All throw `ApiProblem`. */
import { address, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'
import type { Page } from './types.ts'

/** A number of a queue. The visitor is masked; `identified` says whether the queue system knows name and identity number. */
export type Ticket = Narrow<Whole<S['Ticket']>, { state: TicketState }>
export type TicketState = 'waiting' | 'called' | 'serving' | 'held' | 'missed' | 'transferred' | 'done' | 'cancelled'
export type CalledTickets = Narrow<Whole<S['CalledTickets']>, { items: Ticket[] }>
export type TicketWhole = Narrow<Whole<S['TicketWhole']>, { ticket: Ticket }>
/** Whoever holds the number, as the queue system knows them: not masked, not identified. */
export type TicketVisitor = Whole<S['TicketVisitor']>
export type TakenTicket = Narrow<Whole<S['TakenTicket']>, { ticket: Ticket }>
export type NewTicket = S['NewTicket']
export type TicketFilters = QueryFor<'/api/v1/hall-tickets'>

export const hallTickets = {
  called: () => said<CalledTickets>(ask('get', '/api/v1/called-tickets')),
  liveAddress: '/api/v1/called-tickets/live',
  list: (query: TicketFilters) => said<Page<Ticket>>(ask('get', '/api/v1/hall-tickets', { query })),
  exportAddress: (query: TicketFilters) => address('/api/v1/hall-tickets/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  get: (id: string) => said<TicketWhole>(ask('get', '/api/v1/hall-tickets/{id}', { path: { id } })),
  register: (body: NewTicket, key = newKey()) => said<Ticket>(ask('post', '/api/v1/hall-tickets', { body, key })),
  take: (id: string, version: number) => said<TakenTicket>(ask('post', '/api/v1/hall-tickets/{id}/take', { path: { id }, body: { version } })),
  finish: (id: string, version: number) => said<Ticket>(ask('post', '/api/v1/hall-tickets/{id}/finish', { path: { id }, body: { version } })),
}
