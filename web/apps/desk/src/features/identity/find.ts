/** Looking up organisations, people and items by part of a name, for fields that pick one. */
import { admin, desk } from '@tongban/api'
import type { Choice } from '../../parts/dialog.ts'

const LIMIT = 20

export async function findOrgs(q: string): Promise<Choice[]> {
  const { items } = await admin.orgs({ q, state: 'active', limit: LIMIT })
  return items.map((org) => ({ value: org.id, label: org.name, hint: org.path }))
}
export async function findStaff(q: string): Promise<Choice[]> {
  const { items } = await admin.staff({ q, state: 'active', limit: LIMIT })
  return items.map((one) => ({ value: one.id, label: one.name, hint: `${one.org.name}　${one.login}` }))
}
export async function findItems(q: string): Promise<Choice[]> {
  const { items } = await desk.items({ q, limit: LIMIT })
  return items.map((item) => ({ value: item.slug, label: item.name }))
}
export async function findRegions(q: string): Promise<Choice[]> {
  const { items } = await desk.regions(null, q)
  return items.map((region) => ({ value: region.code, label: region.name, hint: region.above }))
}
export async function findWindows(q: string): Promise<Choice[]> {
  const { items } = await admin.windows({ q, limit: LIMIT })
  return items.map((window) => ({ value: window.id, label: `${window.number} ${window.name}`, hint: window.hall_name }))
}

/** Names for item slugs kept elsewhere; a slug nobody knows stays a slug. */
export async function itemNames(): Promise<ReadonlyMap<string, string>> {
  const found = await desk.items({ limit: 100 }).catch(() => null)
  return new Map((found?.items ?? []).map((item) => [item.slug, item.name]))
}
