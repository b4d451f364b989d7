/** The business tables of the navigation: asked for again at every page, so that a table just published is there at once. */
import { tables, type TableMenuEntry } from '@tongban/api'
import { shallowRef } from 'vue'
import { may } from './session.ts'

export interface TableGroup { title: string; entries: TableMenuEntry[] }
export const tableGroups = shallowRef<TableGroup[]>([])

/** Entries below their headings; those without one stand below `fallback`. */
export function grouped(entries: readonly TableMenuEntry[], fallback: string): TableGroup[] {
  const groups = new Map<string, TableMenuEntry[]>()
  for (const entry of entries) {
    const title = entry.group || fallback
    groups.set(title, [...(groups.get(title) ?? []), entry])
  }
  return [...groups].map(([title, list]) => ({ title, entries: list }))
}

export async function loadTableMenu(fallback: string): Promise<void> {
  // Without it the rail is shorter; the page itself still works.
  if (!may('table.use')) return
  await tables.menu().then(({ items }) => { tableGroups.value = grouped(items, fallback) }, () => undefined)
}
