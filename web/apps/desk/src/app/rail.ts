/**
 * The groups of the rail: which stand open, and finding a page by words. Whoever has few pages sees them all; with
 * many, the groups of the daily work and of the page that is open stand open, until the person says otherwise.
 */
import { onBeforeUnmount, reactive, ref, type Ref } from 'vue'
import type { PageGroup } from './pages.ts'

const KEPT = 'tongban.desk.rail'
/** So many entries fit on a usual screen without scrolling. */
export const FEW = 18

/** What the person chose, by the key of the group; a group not named here follows the rule above. */
const chosen = reactive<Record<string, boolean>>(read())

function read(): Record<string, boolean> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '{}')
    if (kept === null || typeof kept !== 'object') return {}
    return Object.fromEntries(Object.entries(kept).filter((each): each is [string, boolean] => typeof each[1] === 'boolean'))
  } catch {
    // What somebody or something else left there is no reason to show no rail.
    return {}
  }
}

function keep(): void {
  localStorage.setItem(KEPT, JSON.stringify(chosen))
}

/** Whether a group stands open. `daily`: the first group; `here`: it holds the page that is open; `entries`: of the whole rail. */
export function isOpen(key: string, { daily, here, entries }: { daily: boolean; here: boolean; entries: number }): boolean {
  return chosen[key] ?? (entries <= FEW || daily || here)
}

export function setOpen(key: string, open: boolean): void {
  chosen[key] = open
  keep()
}

/** Opens or closes all. */
export function setAll(keys: readonly string[], open: boolean): void {
  for (const key of keys) chosen[key] = open
  keep()
}

/** Forgets what was chosen. */
export function forget(): void {
  for (const key of Object.keys(chosen)) Reflect.deleteProperty(chosen, key)
  localStorage.removeItem(KEPT)
}

/** True where the rail shows icons with short words only: there is no room for headings to press. */
export function useNarrow(): Ref<boolean> {
  const query = matchMedia('(max-width: 1279px)')
  const narrow = ref(query.matches)
  const change = () => { narrow.value = query.matches }
  query.addEventListener('change', change)
  onBeforeUnmount(() => query.removeEventListener('change', change))
  return narrow
}

/** A page as the search offers it. */
export interface Found { key: string; label: string; group: string; to: { name: string; params?: Record<string, string> } }

/** All pages of the rail: those of the program and the business tables. */
export function all(
  groups: readonly PageGroup[],
  tables: readonly { title: string; entries: readonly { key: string; title: string }[] }[],
  word: (key: PageGroup['title'] | PageGroup['entries'][number]['name']) => string,
): Found[] {
  return [
    ...groups.flatMap((group) => group.entries.map((entry) => ({ key: entry.name, label: word(entry.name), group: word(group.title), to: { name: entry.name } }))),
    ...tables.flatMap((group) => group.entries.map((entry) => ({ key: `table:${entry.key}`, label: entry.title, group: group.title, to: { name: 'table', params: { table: entry.key } } }))),
  ]
}

/**
 * The pages that fit what was typed, best first: the name begins with it, then contains it, then has its characters in
 * this order (督单 finds 督办单), then the group does. Nothing typed finds all.
 */
export function matching(pages: readonly Found[], typed: string): Found[] {
  const asked = typed.trim().toLowerCase()
  if (asked === '') return [...pages]
  const rank = (page: Found): number => {
    const label = page.label.toLowerCase()
    if (label.startsWith(asked)) return 0
    if (label.includes(asked)) return 1
    if (inOrder(label, asked)) return 2
    return page.group.toLowerCase().includes(asked) ? 3 : 4
  }
  return pages.map((page) => ({ page, rank: rank(page) })).filter((each) => each.rank < 4)
    .sort((a, b) => a.rank - b.rank).map((each) => each.page)
}

function inOrder(label: string, asked: string): boolean {
  let at = 0
  for (const sign of asked) {
    at = label.indexOf(sign, at)
    if (at < 0) return false
    at += sign.length
  }
  return true
}
