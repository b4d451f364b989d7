import type { rating as zh } from '../zh-CN/rating.ts'

export const rating: Partial<Record<keyof typeof zh, string>> = {
  title: 'Rate this service', question: 'Are you satisfied with this service?', reasons: 'In what way?', reasonsBad: 'What went wrong?', text: 'Anything else', submit: 'Send rating', change: 'Change rating', done: 'Thank you for your rating', back: 'Back to the case', openTitle: 'Rate a service', caseNumber: 'Case number', name: 'Applicant name', find: 'Find the case', another: 'Rate another case',
}
