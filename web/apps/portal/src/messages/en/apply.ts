import type { apply as zh } from '../zh-CN/apply.ts'

export const apply: Partial<Record<keyof typeof zh, string>> = {
  crumb: 'Apply online', step1: 'Eligibility', step2: 'Your situation', step3: 'Self-check', step4: 'Consent', step5: 'Form', step6: 'Materials', step7: 'Delivery', step8: 'Confirm', stepsLabel: 'Steps', next: 'Save and continue', nextPlain: 'Continue', back: 'Back', later: 'Save for later',
  saving: 'Saving', savedAt: 'Saved {at}', notSaved: 'Not saved', startTitle: 'Begin', whichKind: 'Which kind?', begin: 'Begin', resumeDraft: 'Continue', beginNew: 'Begin a new one', submit: 'Submit', submitting: 'Submitting', change: 'Change', receiptTitle: 'Submitted', caseNumber: 'Case number', queryCode: 'Query code',
}
