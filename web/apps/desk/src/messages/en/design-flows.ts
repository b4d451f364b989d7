export const flows = { formOf: 'Fields of the form', form: 'Form', item: 'Handling item', applicant: 'Applicant', today: 'Today', outcome: 'Outcome', running: 'Running' } as const
export const papers = { caseNumber: 'Case number', caseItem: 'Item', applicantName: 'Applicant' } as const
export const shortcuts = { title: 'Designer shortcuts', command: 'Does', keys: 'Keys', save: 'Save shortcuts', resetAll: 'Restore defaults', change: 'Change' } as const
