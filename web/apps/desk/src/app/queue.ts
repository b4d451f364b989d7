/**
 * The order in which a person works: the rows of the list or to-do page left last. The case page
 * takes the next one from it, so nobody has to go back to a list between two cases.
 */
const KEY = 'tongban.desk.queue'

export function keepQueue(ids: readonly string[]): void {
  sessionStorage.setItem(KEY, JSON.stringify(ids))
}

export function nextInQueue(id: string): { next: string | null; left: number } {
  const ids = read()
  const at = ids.indexOf(id)
  if (at < 0) return { next: ids[0] ?? null, left: ids.length }
  return { next: ids[at + 1] ?? null, left: ids.length - at - 1 }
}

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === 'string') : []
  } catch {
    return []
  }
}
