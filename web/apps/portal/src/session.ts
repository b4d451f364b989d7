import { shallowReactive } from 'vue'
import { asProblem, onSignedOut, portal, type PortalMe } from '@tongban/api'

/** Who is signed in. `undefined` until asked, null when nobody is. */
export const session = shallowReactive({
  me: undefined as PortalMe | null | undefined,
  /** True when a session ended while a page was open: the page then says so instead of losing what was typed. */
  ended: false,
})

let asked: Promise<void> | null = null

/** Asks the server once per page load. */
export function knowMe(again = false): Promise<void> {
  if (again || !asked) {
    asked = portal.me().then(me => {
      session.me = me
      session.ended = false
    }, e => {
      session.me = null
      // Anything but "nobody" may pass: ask again at the next page.
      if (!asProblem(e).isSignedOut) asked = null
    })
  }
  return asked
}

onSignedOut(() => {
  if (session.me) {
    session.me = null
    session.ended = true
  }
})

export async function signOut(): Promise<void> {
  await portal.signOut()
  session.me = null
  session.ended = false
}

export function displayName(me: PortalMe): string {
  return me.account.display_name || me.account.name
}
