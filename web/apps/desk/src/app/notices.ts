import { account, type StaffNotices } from '@tongban/api'
import { toasts } from '@tongban/ui'
import { computed, reactive } from 'vue'
import { shell } from '../messages/index.ts'
import { session } from './session.ts'

/** How often to look again while long work of one's own goes on, milliseconds; otherwise each page that opens looks once. */
export const AGAIN = 5_000

/** What was sent to the person, and the long work that goes on in the background (OPS-006). */
export const notices = reactive({
  items: [] as StaffNotices['items'],
  running: [] as StaffNotices['running'],
  /** Newest message the person has opened the list after; ids grow with time. */
  seen: '',
})
export const unread = computed(() => notices.items.filter((one) => one.id > notices.seen).length)

let who = ''
let newest: string | null = null
let turn = 0
let timer: ReturnType<typeof setTimeout> | undefined

const key = () => `tb-notices:${who}`

/** Looks now, and again by itself while something goes on: its end is told whatever page is open then. */
export async function look(): Promise<void> {
  clearTimeout(timer)
  if (!session.me) return
  if (who !== session.me.id) begin(session.me.id)
  const mine = ++turn
  // Messages are a help beside the page: without them it works as ever.
  const found = await account.notices().catch(() => null)
  if (mine !== turn) return
  if (found) take(found)
  if (notices.running.length) timer = setTimeout(() => void look(), AGAIN)
}

/** The list was opened: nothing in it is new any more. */
export function read(): void {
  notices.seen = notices.items[0]?.id ?? notices.seen
  try {
    localStorage.setItem(key(), notices.seen)
  } catch {
    // A browser that keeps nothing shows the number again next time.
  }
}

/** Nobody looks any more. */
export function rest(): void {
  clearTimeout(timer)
  turn += 1
}

/** Another person sits down: what the one before was told is nobody's business. */
function begin(id: string): void {
  who = id
  newest = null
  let kept: string | null = null
  try {
    kept = localStorage.getItem(key())
  } catch {
    kept = null
  }
  Object.assign(notices, { items: [], running: [], seen: kept ?? '' })
}

function take(found: StaffNotices): void {
  const before = newest
  newest = found.items[0]?.id ?? ''
  notices.items = found.items
  notices.running = found.running
  // What was there when the desk was opened is no news, and a reminder without a page waits in the list.
  if (before === null) return
  for (const one of found.items.filter((each) => each.id > before && each.link).reverse()) toasts.show(shell('noticeCame', { text: one.text }))
}
