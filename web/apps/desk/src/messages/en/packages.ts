/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/packages.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const packageIntake: Some<typeof zh.packageIntake> = {
  title: 'Package intake', stage_package: 'Package', stage_applicant: 'Applicant', stage_delivery: 'Collection', stage_confirm: 'Check and submit', find: 'Which matter', choose: 'Take this package', change: 'Another package', required: 'Required', optional: 'Optional', partOf: 'Item {n} of {all}: {name}',
  same: 'The same paper as for “{name}”', collectLabel: 'When to collect', collect_ready: 'Each as it is ready', collect_together: 'All together', submit: 'Submit', next: 'Save and go on', acceptAll: 'Accept all', accepted: 'Accepted', received: 'Taken in', receiptTitle: 'Receipt of a package', number: 'Package number', caseNumber: 'Case number', queryCode: 'Query code', promise: 'Promised', state: 'State', openCase: 'Open the case',
}
export const packageList: Some<typeof zh.packageList> = { title: 'Packages', unit: 'packages', none: 'No packages yet', new: 'Package intake', find: 'Find', pack: 'Package', state: 'State', number: 'Package number', applicant: 'Applicant', progress: 'Progress', collect: 'When to collect', ready: 'Each as it is ready', together: 'All together', cases: 'Cases', filed: 'Filed' }
