import type { account as zh } from '../zh-CN/account.ts'

export const account: Partial<Record<keyof typeof zh, string>> = {
  title: 'Account', facts: 'Verified identity', name: 'Name', id: 'Identity number', enterprise: 'Enterprise', contact: 'How to reach you', display: 'What to call you', phone: 'Mobile number', email: 'E-mail', save: 'Save', saved: 'Saved', signOut: 'Sign out', favourites: 'My favourites', favEmpty: 'No favourites yet', find: 'Find services', signOn: 'Sign in', signOnGo: 'Sign in', home: 'Home', enterpriseSignIn: 'Sign in with code and password', enterpriseActivate: 'Activate first',
}
