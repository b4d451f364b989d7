import { reactive, watch } from 'vue'
import { asProblem, delegation, type ActingFor, type ApiProblem, type CaseDraft } from '@tongban/api'
import { session } from './session.ts'

/** For whom the person at this browser acts: oneself, or somebody who granted it. Kept for this tab (names of others stay on no shared computer), proven by the server at every step. */
export const acting = reactive({
  /** Everybody one may act for, oneself first. Empty until known, and on servers that know no grants. */
  places: [] as ActingFor[],
  /** The grant chosen; null is oneself. */
  grantId: null as string | null,
  /** For whom a grant that was chosen has ended since: said once. */
  gone: '',
})

const KEY = 'tb-acting'
interface Kept { account: string; grant: string; name: string }

function kept(): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Kept | null
  } catch {
    return null
  }
}
function keep(value: Kept | null): void {
  try {
    if (value) sessionStorage.setItem(KEY, JSON.stringify(value))
    else sessionStorage.removeItem(KEY)
  } catch {
    // A browser that stores nothing forgets the choice with the page.
  }
}

export const actingNow = (): ActingFor | null => acting.places.find(p => p.grant_id !== null && p.grant_id === acting.grantId) ?? null
/** Somebody else stands behind one: only then is a choice shown. */
export const mayAct = () => acting.places.some(p => p.grant_id !== null)

/** The one whose application it is, in the words of the rules of a form. */
export function applicantKind(draft: CaseDraft | undefined): string | undefined {
  if (!draft?.acting) return session.me?.account.kind
  return draft.acting.role === 'proxy' ? 'person' : 'enterprise'
}
/** The step was refused by a grant: ended, not yet begun, or not for this item or material. */
export const isGrantRefusal = (p: ApiProblem | null | undefined): boolean => p?.status === 403 && p.code.startsWith('grant_')
/** Whether an item may be handled for somebody. */
export const coversItem = (place: ActingFor, slug: string) => place.all_items || place.items.some(i => i.key === slug)

export function actFor(grantId: string | null): void {
  const place = acting.places.find(p => p.grant_id === grantId)
  acting.grantId = place?.grant_id ?? null
  acting.gone = ''
  keep(place?.grant_id && session.me ? { account: session.me.account.id, grant: place.grant_id, name: place.name } : null)
}

let asked: Promise<void> | null = null
/** Asks for whom one may act. A choice whose grant has ended falls back to oneself, and is told. */
export function knowActing(again = false): Promise<void> {
  if (again || !asked) {
    asked = delegation.actingFor().then(({ items }) => {
      acting.places = items
      const before = kept()
      const mine = before && before.account === session.me?.account.id ? before : null
      const still = mine ? items.find(p => p.grant_id === mine.grant) : undefined
      acting.grantId = still?.grant_id ?? null
      if (mine && !still) {
        acting.gone = mine.name
        keep(null)
      }
    }, e => {
      // Anything but a refusal may pass: ask again at the next page.
      if (!asProblem(e).status) asked = null
    })
  }
  return asked
}

watch(() => session.me?.account.id, account => {
  asked = null
  Object.assign(acting, { places: [], grantId: null, gone: '' })
  if (account) void knowActing()
}, { flush: 'sync', immediate: true })
