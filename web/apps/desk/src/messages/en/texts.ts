/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/texts.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const messageTexts: Some<typeof zh.messageTexts> = { title: 'Message texts', edited: 'Edited', asPack: 'As delivered', preview: 'Preview', previewNow: 'Show', values: 'What can be filled in', versions: 'Changes', reset: 'Restore', save: 'Save' }
