import type { ActingFor, Grant, GrantRole, GrantScope, KeyName, ProblemField } from '@tongban/api'
import { formatDay } from '@tongban/ui'
import { t } from './words.ts'

/** What is decided about a grant before the server is asked. */

/** One thing a person may do on the page of a new grant. `most` is the own grant that limits what may be given. */
export interface Choice { value: string; direction: 'give' | 'ask'; role: GrantRole; actingFor: string | null; most: ActingFor | null; label: string; hint: string }

/** Which grants may be given from here: own ones, and those a manager may give for an enterprise. */
export function choices(places: readonly ActingFor[]): Choice[] {
  return places.flatMap(place => place.may_appoint.flatMap((role): Choice[] => {
    const one = { actingFor: place.grant_id, role, most: place.grant_id ? place : null }
    if (role === 'proxy') return [{ ...one, value: 'family', direction: 'give', label: t('kindFamily'), hint: t('kindFamilyHint') }, { ...one, value: 'ask', direction: 'ask', label: t('kindAsk'), hint: t('kindAskHint') }]
    if (role === 'manager') return [{ ...one, value: 'manager', direction: 'give', label: t('kindManager'), hint: t('kindManagerHint') }]
    return [{ ...one, value: place.grant_id ?? 'agent', direction: 'give', label: place.grant_id ? t('kindAgentOf', { name: place.name }) : t('kindAgent'), hint: t('kindAgentHint') }]
  }))
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
export function isDay(text: string): boolean {
  return DAY.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text)
}

/** The last day of a period of so many months, both days included: from 26 November for a year is until 25 November. */
export function lastDay(start: string, months: number): string {
  const [year = 0, month = 1, day = 1] = start.split('-').map(Number)
  const daysInMonth = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate()
  // A month too short for that day ends the period with its own last day.
  const end = day > daysInMonth ? new Date(Date.UTC(year, month - 1 + months, daysInMonth)) : new Date(Date.UTC(year, month - 1 + months, day - 1))
  return end.toISOString().slice(0, 10)
}

export type Term = '3' | '6' | '12' | 'own'
/** Period and extent while they are chosen. */
export interface Scope { term: Term; starts_on: string; ends_on: string; all_items: boolean; items: KeyName[]; all_materials: boolean; materials: string[] }

/** The longest period that `most` leaves. */
export function periodOf(term: Term, starts: string, ends: string, most: ActingFor | null): { starts_on: string; ends_on: string } {
  if (term === 'own') return { starts_on: starts, ends_on: ends }
  const last = lastDay(starts, Number(term))
  return { starts_on: starts, ends_on: most?.ends_on && most.ends_on < last ? most.ends_on : last }
}

/** How a new grant begins: a year from today, as far as one holds it oneself. Asked for as little as possible: items are chosen. */
export function freshScope(today: string, most: ActingFor | null): Scope {
  return { term: '12', ...periodOf('12', today, '', most), all_items: false, items: [], all_materials: most?.all_materials ?? true, materials: [] }
}

export function scopeOf(grant: Pick<Grant, 'starts_on' | 'ends_on' | 'all_items' | 'items' | 'all_materials' | 'materials'>): Scope {
  return { term: 'own', starts_on: grant.starts_on, ends_on: grant.ends_on, all_items: grant.all_items, items: [...grant.items], all_materials: grant.all_materials, materials: grant.materials.map(m => m.key) }
}

export function asSent(scope: Scope): GrantScope {
  // A list of materials means something only beside a list of items.
  const allMaterials = scope.all_items || scope.all_materials
  return { starts_on: scope.starts_on, ends_on: scope.ends_on, all_items: scope.all_items, items: scope.all_items ? [] : scope.items.map(i => i.key), all_materials: allMaterials, materials: allMaterials ? [] : scope.materials }
}

export interface Mistake { id?: string; message: string }

export function scopeMistakes(scope: Scope): Mistake[] {
  const list: Mistake[] = []
  if (!isDay(scope.starts_on)) list.push({ id: 'starts_on', message: t('startsWrong') })
  if (!isDay(scope.ends_on)) list.push({ id: 'ends_on', message: t('endsWrong') })
  else if (isDay(scope.starts_on) && scope.ends_on < scope.starts_on) list.push({ id: 'ends_on', message: t('endsBefore') })
  if (!scope.all_items && !scope.items.length) list.push({ id: 'items', message: t('itemsMissing') })
  else if (!scope.all_items && !scope.all_materials && !scope.materials.length) list.push({ id: 'materials', message: t('materialsMissing') })
  return list
}

const ID_LENGTH = 18
const PHONE_LENGTH = 11
export const plainId = (text: string) => text.replace(/\s/g, '').toUpperCase()
export const plainPhone = (text: string) => text.replace(/[\s-]/g, '')
export function partyMistakes(party: { name: string; id_number: string; phone: string }): Mistake[] {
  const list: Mistake[] = []
  if (!party.name.trim()) list.push({ id: 'party-name', message: t('nameMissing') })
  if (plainId(party.id_number).length !== ID_LENGTH) list.push({ id: 'party-id', message: t('idWrong', { n: plainId(party.id_number).length }) })
  if (plainPhone(party.phone).length !== PHONE_LENGTH) list.push({ id: 'party-phone', message: t('phoneWrong', { n: plainPhone(party.phone).length }) })
  return list
}

const PLACES: Record<string, string> = { '/party/name': 'party-name', '/party/id_number': 'party-id', '/party/phone': 'party-phone', '/relation': 'relation', '/starts_on': 'starts_on', '/ends_on': 'ends_on' }
/** Where on the page a problem of the server is mended. */
export function placeOf(problem: Pick<ProblemField, 'pointer'>): string {
  const first = problem.pointer.split('/')[1] ?? ''
  return PLACES[problem.pointer] ?? (first === 'items' || first === 'materials' ? first : 'kind')
}

export const titleOf = (g: Grant) => t('actsFor', { grantee: g.grantee.name, principal: g.principal.name })
export const periodText = (g: Pick<Grant, 'starts_on' | 'ends_on'>) => t('period', { from: formatDay(g.starts_on), to: formatDay(g.ends_on) })
export function itemsText(g: Pick<Grant, 'all_items' | 'items'>): string {
  if (g.all_items) return t('allItems')
  const first = g.items[0]?.name ?? ''
  return g.items.length > 1 ? t('someItems', { name: first, n: g.items.length }) : t('oneItem', { name: first })
}
/** The server's word is the asker's: to whoever must answer, it is the own answer that is waited for. */
export const stateText = (g: Pick<Grant, 'can' | 'state_label'>) => (g.can.accept ? t('waitsYou') : g.state_label)
export const isOver = (g: Pick<Grant, 'state'>) => g.state !== 'waiting' && g.state !== 'active'
/** Which way of ending it is: take back what was given, give up what was received, withdraw what was asked and not answered. */
export function endingOf(g: Grant): 'revoke' | 'giveUp' | 'withdraw' {
  const mineFirst = (g.direction === 'give') === (g.my_side === 'principal')
  if (g.state === 'waiting' && mineFirst && g.direction === 'ask') return 'withdraw'
  return g.my_side === 'principal' ? 'revoke' : 'giveUp'
}
export const otherOf = (g: Grant) => (g.my_side === 'principal' ? g.grantee.name : g.principal.name)
