/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/exchange.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const systems: Some<typeof zh.systems> = { title: 'Connected systems', add: 'Register', facts: 'Registration', secrets: 'Secrets', grantsTitle: 'Grants', changes: 'Changes', edit: 'Edit', enable: 'Enable', disable: 'Disable', secretAdd: 'New secret', grantsEdit: 'Change grants', newTitle: 'Register a system' }
export const dispatch: Some<typeof zh.dispatch> = { title: 'Dispatched cases', card: 'Dispatch', retry: 'Send again now', takeOver: 'Handle here', settle: 'Note how they were told', told: 'Told of the end', trace: 'Data flow', held: 'Answers that came early', export: 'Export {n}', traceExport: 'Export', none: 'No exceptions', state: 'Show' }
export const ledger: Some<typeof zh.ledger> = { title: 'Exchange ledger', viewCalls: 'Calls', viewReports: 'Reports', entry: 'Exchange entry', facts: 'This call', resend: 'Send again', export: 'Export {n}' }
export const interfaces: Some<typeof zh.interfaces> = { title: 'Interfaces', call: 'Call', fields: 'Request', answers: 'Answers', trial: 'Try it', send: 'Send', signing: 'How to sign', example: 'Example', download: 'Whole description (OpenAPI)' }
export const signOn: Some<typeof zh.signOn> = { title: 'Single sign-on', add: 'Set up a system', name: 'System', appId: 'App id', owner: 'Owner', audience: 'For', state: 'State', keys: 'Signing keys', rotate: 'Change the key', edit: 'Edit', end: 'End', resume: 'Resume', basic: 'Sign-on', shown: 'On the portal', given: 'What it gets', submit: 'Save' }
