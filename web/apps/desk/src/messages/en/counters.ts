import type * as zh from '../zh-CN/counters.ts'

type Some<T> = Partial<Record<keyof T, string>>

export const cityWide: Some<typeof zh.cityWide> = { title: 'City-wide items', unit: 'items', none: 'No city-wide items yet', item: 'Item', places: 'Departments', released: 'Released', batch: 'Batch', set: 'Set an item', change: 'Change', figures: 'Figures', save: 'Save' }
export const placeFigures: Some<typeof zh.placeFigures> = { title: 'City-wide figures', accept: 'Taken in at', competent: 'Handled by', item: 'Item', count: 'Cases', coverage: 'Coverage', export: 'Export' }
export const instant: Some<typeof zh.instant> = { title: 'While you wait', settings: 'Instant items', item: 'Item', minutes: 'Limit', opinion: 'Opinion', goOn: 'Examine and finish', hand: 'Hand over', another: 'Next one' }
export const instantFigures: Some<typeof zh.instantFigures> = { title: 'Instant figures', name: 'Name', all: 'Taken in', instant: 'Instant', share: 'Share', inTime: 'In time', late: 'Late', export: 'Export' }
export const caseFigures: Some<typeof zh.caseFigures> = { title: 'Case figures', name: 'Name', filed: 'Filed', ended: 'Ended', accepted: 'Accepted', closed: 'Closed', onTime: 'In time', punctuality: 'Punctuality', delivered: 'Handed over', export: 'Export' }
export const accepting: Some<typeof zh.accepting> = { title: 'Acceptance', take: 'Take in', preReview: 'To pre-review', corrections: 'Corrections back', promised: 'Promised materials', systems: 'Professional systems', points: 'Review points' }
export const settings: Some<typeof zh.settings> = { title: 'Settings', people: 'People', places: 'Organisations and areas', items: 'Items' }
export const regions: Some<typeof zh.regions> = { title: 'Areas', below: 'Areas below', here: 'Organisations here', name: 'Name', code: 'Code', up: 'Up' }
