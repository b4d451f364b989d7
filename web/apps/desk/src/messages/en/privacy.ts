/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/privacy.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const privacy: Some<typeof zh.privacy> = { title: 'Personal data', viewRequests: 'Requests', viewPurposes: 'Purposes and consent', viewAssessments: 'Impact assessments', answer: 'Answer', askedFor: 'What is asked', fixed: 'Kept as it is', actKeep: 'Keep', rightValue: 'Right value', assess: 'New assessment', confirm: 'Confirm' }
export const transfer: Some<typeof zh.transfer> = { title: 'Network transfer', out: 'Sent', in: 'Received', agreed: 'Both sides agree', diverged: 'The sides differ', resend: 'Send again', take: 'Take again', counts: 'Counts by kind', rules: 'What may cross' }
export const logs: Some<typeof zh.logs> = { title: 'Logs', visitor: 'Visitor', route: 'Route', status: 'Status', response: 'Answer', verify: 'Check the last 31 days' }
