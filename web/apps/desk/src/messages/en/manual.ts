/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/manual.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const manual: Some<typeof zh.manual> = { title: 'User manual', find: 'Find in the manual', search: 'Search', all: 'Show all', print: 'Print', contents: 'Contents', changes: 'Changes', ask: 'Report a problem', edit: 'Change the manual', chaptersTitle: 'User manual', preview: 'Preview', save: 'Save', versions: 'Versions', show: 'Read', restore: 'Restore', toPack: 'Back to the original', requests: 'Reports for this chapter', mark: 'Change the manual', markSubmit: 'Mark', unmark: 'No change needed', close: 'Close' }
