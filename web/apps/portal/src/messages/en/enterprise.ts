import type { enterprise as zh } from '../zh-CN/enterprise.ts'

export const enterprise: Partial<Record<keyof typeof zh, string>> = {
  title: 'Activate an enterprise account', signInTitle: 'Enterprise sign-in', step: 'Step {n} of 2', code: 'Unified social credit code', next: 'Look up', found: 'As registered', name: 'Enterprise', legal: 'Legal representative', licence: 'Business licence', sms: 'Code from the text message', password: 'Choose a password', again: 'Password again', finish: 'Activate and sign in', signInPassword: 'Password', signIn: 'Sign in', restart: 'Begin again',
}
