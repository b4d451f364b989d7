/** What somebody identified fills in of an application. Pure. */
import type { Identified } from '@tongban/api'

interface Person { name: string; id_number: string; phone: string }
export interface Fillable {
  applicant: { kind: 'person' | 'enterprise'; name: string; id_number: string; uscc: string; phone: string; legal_person: string }
  byAgent: 'no' | 'yes'
  agent: Person
}

/**
 * A person's card or code makes the applicant; where an enterprise is being filled in it makes whoever
 * came for it. An enterprise's code makes the enterprise, and the bearer its agent unless it is led by him.
 */
export function fillFrom(seen: Identified, entry: Fillable): void {
  const { person, enterprise } = seen
  const came: Person = { name: person.name, id_number: person.id_number, phone: person.phone }
  if (enterprise) {
    Object.assign(entry.applicant, { kind: 'enterprise', name: enterprise.name, uscc: enterprise.uscc, legal_person: enterprise.legal_person, phone: person.phone || entry.applicant.phone })
    comes(entry, came, enterprise.standing === 'legal_representative')
  } else if (entry.applicant.kind === 'enterprise') {
    comes(entry, came, entry.applicant.legal_person.trim() === person.name)
  } else if (entry.byAgent === 'yes' && entry.applicant.id_number.trim() && entry.applicant.id_number.trim() !== person.id_number) {
    // The applicant is written down already, and somebody else stands here.
    comes(entry, came, false)
  } else {
    Object.assign(entry.applicant, { name: person.name, id_number: person.id_number, phone: person.phone || entry.applicant.phone })
  }
}

function comes(entry: Fillable, came: Person, himself: boolean): void {
  entry.byAgent = himself ? 'no' : 'yes'
  if (himself) Object.assign(entry.agent, { name: '', id_number: '', phone: '' })
  else Object.assign(entry.agent, { name: came.name, id_number: came.id_number, phone: came.phone || entry.agent.phone })
}
