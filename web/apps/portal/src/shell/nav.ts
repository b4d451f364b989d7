import type { words } from './words.ts'

type Key = Parameters<typeof words>[0]

/** Columns of the site. A column enters here when its first page is there. */
export const columns: readonly { to: string; key: Key; exact?: boolean }[] = [
  { to: '/', key: 'navServices', exact: true },
  { to: '/progress', key: 'navProgress' },
  { to: '/verify', key: 'navVerify' },
  { to: '/rate', key: 'navRate' },
  { to: '/my/cases', key: 'navCases' },
]

/** Pages of the personal space. */
export const mine: readonly { to: string; key: Key }[] = [
  { to: '/my/cases', key: 'myCases' },
  { to: '/my/licences', key: 'myLicences' },
  { to: '/my/disk', key: 'myDisk' },
  { to: '/my/favourites', key: 'myFavourites' },
  { to: '/my/grants', key: 'myGrants' },
  { to: '/my/systems', key: 'mySystems' },
  { to: '/my/privacy', key: 'myPrivacy' },
  { to: '/my/account', key: 'myAccount' },
]
