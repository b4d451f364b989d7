/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/security.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const audit: Some<typeof zh.audit> = { title: 'Audit', chain: 'Audit check', entry: 'Audit entry', facts: 'Who did what', changes: 'Before and after', detail: 'Detail', sealTitle: 'Tamper protection', verify: 'Check the last 31 days', roots: 'Daily signatures', retention: 'Retention', exportCsv: 'Export {n}', at: 'Time', who: 'Person', what: 'Action', result: 'Result' }
export const risks: Some<typeof zh.risks> = { title: 'Alarms and risks', add: 'Register', viewList: 'Events', viewPosture: 'Posture', viewRules: 'Alarm rules', loop: 'Steps', facts: 'Facts', children: 'Findings', assign: 'Assign', handle: 'Handle', close: 'Close', back: 'Return', addFinding: 'Add finding', run: 'Run check', newTitle: 'Register a risk event' }
export const keys: Some<typeof zh.keys> = { title: 'Keys', make: 'Make a key', activate: 'Activate', revoke: 'Revoke', destroy: 'Destroy' }
export const protection: Some<typeof zh.protection> = { tabFields: 'Classification', tabDiscovery: 'Sensitive data scan', tabCopies: 'Masked copies', tabGrades: 'Data grades', tabSelfCheck: 'Self-check', tabCryptography: 'Cryptography' }
