import type { guide as zh } from '../zh-CN/guide.ts'

export const guide: Partial<Record<keyof typeof zh, string>> = {
  crumb: 'Guide', save: 'Save', saved: 'Saved', apply: 'Apply online', book: 'Book', judge: 'Rate', booking: 'How to book', noWebBooking: 'There is no online booking yet. You can book this way:', bookHere: 'Booking: {text}', traffic: 'Getting there: {text}', word: 'Word', issuedBy: 'Issued by {who}.', nearby: 'Nearest places', locate: 'Sort by distance', nearRegion: 'Where I am', allDay: '24 h terminal', terminal: 'Terminal', consult: 'Ask', rate: 'Rate this service', promise: 'Promised', legal: 'by law {limit}', visits: 'Visits', times: '{n}', fee: 'Fee', get: 'You get', ask: 'Phone',
  askTitle: 'Answer {n} questions first', askHint: 'Only the materials you need stay in the list.', which: 'Which kind?', materials: 'What you need to prepare', print: 'Print the list', sum: '{n} in all, {p} to prepare.', generated: 'Made for you', exempt: 'Not needed', tolerated: 'Can follow later', necessary: 'Required',
  points: 'What is checked', conditions: 'Conditions', process: 'How it goes', place: 'Time and legal basis', basis: 'Legal basis', remedy: 'If you disagree', code: 'Code', rights: 'Your rights and duties', faq: 'Questions', updated: 'Updated {at}',
}
