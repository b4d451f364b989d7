import type { LocationQueryValue, Router } from 'vue-router'

/** Only paths of this site: an address elsewhere would send people away after signing in. */
export function returnPath(asked: LocationQueryValue | LocationQueryValue[] | undefined, otherwise = '/my/cases'): string {
  return typeof asked === 'string' && /^\/(?![/\\])/.test(asked) ? asked : otherwise
}

/** Back to where the sign-in began. A request of another system is answered by the server, not by a page. */
export function goBack(router: Router, path: string): void {
  if (path.startsWith('/oauth/')) location.assign(path)
  else void router.replace(path)
}
