import type { arrive as zh } from '../zh-CN/arrive.ts'

export const arrive: Partial<Record<keyof typeof zh, string>> = {
  title: 'Coming from another portal', going: 'Checking your sign-in', refused: 'Not signed in', signIn: 'Sign in', home: 'Home', again: 'Try again', ask: 'Bind an account once', code: 'Credit code', password: 'Password', bind: 'Sign in and bind', binding: 'Binding', otherwise: 'Another way', signInFirst: 'Sign in, then bind', confirm: 'Bind this account', confirming: 'Binding', activate: 'Activate an account',
}
