/**
 * Whether the server takes changes. A refused call says so at once; otherwise health is asked now and then, and in
 * trouble every few seconds, until all is well again. Pages show it (`TbStanding`) and lose nothing meanwhile.
 */

/** `message` is what to tell people, in Chinese; empty when all is well. */
export interface ServerStanding {
  state: 'ok' | 'read_only' | 'down'
  message: string
}

/** Codes of the 503s that tell of the database. */
const TROUBLE: Record<string, ServerStanding['state']> = {
  database_read_only: 'read_only',
  storage_full: 'read_only',
  database_down: 'down',
}
const WELL: ServerStanding = { state: 'ok', message: '' }
const USUAL = 60_000
const AGAIN = 5_000

type Listener = (standing: ServerStanding) => void
const listeners = new Set<Listener>()
let standing = WELL
let timer: ReturnType<typeof setTimeout> | undefined

function tell(next: ServerStanding): void {
  if (next.state === standing.state && next.message === standing.message) return
  standing = next
  for (const listener of listeners) listener(next)
}

/** What a failed call says of the database, if anything. Called by every way to the server. */
export function notice(code: string, title: string): void {
  const state = TROUBLE[code]
  if (!state) return
  tell({ state, message: title })
  if (listeners.size > 0) plan(AGAIN)
}

function plan(pause: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => void ask(), pause)
}

async function ask(): Promise<void> {
  // A page nobody looks at asks when it is looked at again.
  if (globalThis.document?.visibilityState !== 'hidden') {
    try {
      const answer = await globalThis.fetch('/api/v1/health', { cache: 'no-store' })
      const body = (await answer.json()) as { code?: string; title?: string; status?: string; message?: string | null }
      if (answer.ok) tell(body.status === 'read_only' ? { state: 'read_only', message: body.message ?? '' } : WELL)
      else if (body.code && TROUBLE[body.code]) tell({ state: TROUBLE[body.code]!, message: body.title ?? '' })
    } catch {
      // No answer at all is the network's: each call tells that by itself.
    }
  }
  if (listeners.size > 0) plan(standing.state === 'ok' ? USUAL : AGAIN)
}

/** Calls `listener` now, when there is something to tell, and at every change. Returns the way to stop. */
export function onStanding(listener: Listener): () => void {
  listeners.add(listener)
  if (standing.state !== 'ok') listener(standing)
  if (listeners.size === 1) plan(standing.state === 'ok' ? USUAL : AGAIN)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) clearTimeout(timer)
  }
}
