/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/design.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const library: Some<typeof zh.library> = { title: 'Design', tabDefinitions: 'Definitions', tabOwnFlows: 'Department flows', tabFields: 'Shared fields', add: 'New', importFile: 'Import', dataItems: 'Data items', exportFile: 'Export', copy: 'Copy', open: 'Edit', running: 'Running', facts: 'Basics', versions: 'Versions', usesTitle: 'Where it is used', disable: 'Disable', enable: 'Enable', dropDraft: 'Drop draft' }
export const formDesign: Some<typeof zh.formDesign> = { place: 'Design', about: 'Basics', publish: 'Publish', mine: 'Keep mine', theirs: 'Take theirs', saving: 'Saving', saved: 'Saved {at}' }
export const sharedFields: Some<typeof zh.sharedFields> = { title: 'Shared fields', add: 'New shared field', edit: 'Edit', remove: 'Delete' }
export const ruleBindings: Some<typeof zh.ruleBindings> = { title: 'Form checks', state: 'State', form: 'Form', item: 'Item', channel: 'Channel', severity: 'Severity', stop: 'Stops', warn: 'Warns', rules: 'Rules', message: 'Message' }
