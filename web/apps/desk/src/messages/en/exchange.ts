/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/exchange.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const systems: Some<typeof zh.systems> = { title: 'Connected systems', add: 'Register', facts: 'Registration', secrets: 'Secrets', grantsTitle: 'Grants', changes: 'Changes', edit: 'Edit', enable: 'Enable', disable: 'Disable', secretAdd: 'New secret', grantsEdit: 'Change grants', newTitle: 'Register a system' }
export const ledger: Some<typeof zh.ledger> = { title: 'Exchange ledger', viewCalls: 'Calls', viewReports: 'Reports', entry: 'Exchange entry', facts: 'This call', resend: 'Send again', export: 'Export {n}' }
export const signOn: Some<typeof zh.signOn> = { title: 'Single sign-on', add: 'Set up a system', name: 'System', appId: 'App id', owner: 'Owner', audience: 'For', state: 'State', keys: 'Signing keys', rotate: 'Change the key', edit: 'Edit', end: 'End', resume: 'Resume', basic: 'Sign-on', shown: 'On the portal', given: 'What it gets', submit: 'Save' }
