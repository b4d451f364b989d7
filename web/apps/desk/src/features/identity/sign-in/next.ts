/** Where sign-in leads: back to where the person came from, never elsewhere. */
import type { LocationQuery } from 'vue-router'

export type Next = { inside: string } | { outside: string }

/** `return_to` is the sign-on of another system and leaves the desk; `to` is a page of the desk. A crafted link leads to the start. */
export function nextOf(query: LocationQuery): Next {
  const back = typeof query.return_to === 'string' ? query.return_to : ''
  if (/^\/oauth\/[^\\]*$/.test(back)) return { outside: back }
  const to = typeof query.to === 'string' ? query.to : '/'
  return { inside: /^\/(?![/\\])/.test(to) ? to : '/' }
}
