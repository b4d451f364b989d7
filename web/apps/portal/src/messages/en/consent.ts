import type { consent as zh } from '../zh-CN/consent.ts'

export const consent: Partial<Record<keyof typeof zh, string>> = {
  title: 'Sign in elsewhere', heading: 'Sign in to {name} with your account?', as: 'Your account: {name}', give: 'It will receive', required: 'Needed for signing in', approve: 'Agree and sign in', approving: 'Signing in', refuse: 'Refuse', gone: 'This request can’t be used', home: 'Home', systems: 'Connected systems',
}
