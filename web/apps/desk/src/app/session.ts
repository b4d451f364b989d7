import { account, desk, type SignInStep, type Site, type StaffMe } from '@tongban/api'
import { reactive } from 'vue'

/** Who is signed in at this desk. Filled before the first page that needs it is shown. */
export const session = reactive({
  me: null as StaffMe | null,
  site: null as Site | null,
  /** Set when a session ended while a page was open: the sign-in page then says why. */
  ended: false,
})

export async function loadSession(): Promise<StaffMe> {
  session.me ??= await desk.me()
  // The name of the site only dresses the header; a desk without it still works.
  if (!session.site) void desk.site().then((site) => { session.site = site }, () => undefined)
  return session.me
}

/** Signs in, or gives the step the server wants before: a code, or the enrolment of a second factor. */
export async function signIn(login: string, password: string): Promise<SignInStep | null> {
  const answer = await account.signIn(login, password)
  if ('step' in answer) return answer
  enter(answer)
  return null
}

/** The person is in. */
export function enter(me: StaffMe): void {
  session.me = me
  session.ended = false
}

export async function signOut(): Promise<void> {
  await desk.signOut().catch(() => undefined)
  session.me = null
}

/** True when the person's roles give one of `permissions`; what nobody may use is not offered. The server decides. */
export function may(...permissions: string[]): boolean {
  return session.me?.permissions.some((each) => permissions.includes(each)) ?? false
}
