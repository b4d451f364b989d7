/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/library-sync.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const librarySync: Some<typeof zh.librarySync> = { title: 'Item sync', pull: 'Sync now', pullOne: 'Sync this one', take: 'Take over', runs: 'Runs', item: 'Item', difference: 'Compared', elements: 'What differs' }
