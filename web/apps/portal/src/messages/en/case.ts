import type { case_ as zh } from '../zh-CN/case.ts'

export const case_: Partial<Record<keyof typeof zh, string>> = {
  crumb: 'My cases', number: 'Case number', code: 'Query code', until: 'By {day}.', dueIntake: 'When you get an answer', duePromise: 'When it will be ready', doCorrection: 'Supply now', doRating: 'Rate', progress: 'Progress', next: 'Next: {list}', result: 'Result', documents: 'Documents', licence: 'Your licence', licenceGet: 'Download',
  youCan: 'You can', changeDelivery: 'Change delivery', content: 'See what I submitted', rate: 'Rate this service', withdraw: 'Withdraw', print: 'Print this page', contact: 'Contact', askOrg: 'Ask', supervise: 'Complain', withdrawTitle: 'Withdraw this application?', withdrawNo: 'Keep it', contentTitle: 'What I submitted', materials: 'Materials', correctionTitle: 'Supply materials', later: 'Materials promised for later', tolerance: 'Supply promised materials', deliveryTitle: 'Change delivery', deliverySave: 'Save', backToCase: 'Back to the case',
}
