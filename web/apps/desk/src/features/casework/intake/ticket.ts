/** What a number of the queue says of whoever holds it. Pure: the number itself is kept with the rest of the intake in state.ts. */
import type { TicketVisitor } from '@tongban/api'
import type { Fillable } from '../../recognition/identify/fill.ts'

/**
 * The visitor becomes the applicant. A queue knows what was said when the number was taken, so this identifies nobody.
 */
export function fillFromTicket(visitor: TicketVisitor, entry: Fillable): void {
  Object.assign(entry.applicant, { kind: 'person', name: visitor.name, id_number: visitor.id_number, phone: visitor.phone || entry.applicant.phone })
  entry.byAgent = 'no'
}

/** Whether what the queue said still stands there; once the clerk writes somebody else, the number is no source any more. */
export function standsThere(visitor: TicketVisitor | null, entry: Fillable): boolean {
  const { kind, name, id_number } = entry.applicant
  return visitor !== null && kind === 'person' && name.trim() !== '' && name === visitor.name && id_number === visitor.id_number
}

/** The people of an application without its item: they stay when the same visitor has another matter. */
export function peopleOf(entry: Fillable): Fillable {
  return { applicant: { ...entry.applicant }, byAgent: entry.byAgent, agent: { ...entry.agent } }
}
