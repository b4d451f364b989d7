import type * as zh from '../zh-CN/operations.ts'

type Some<T> = Partial<Record<keyof T, string>>

export const run: Some<typeof zh.run> = { title: 'Running system', viewParts: 'Parts', viewMap: 'Map', viewCurves: 'History', refresh: 'Refresh', ok: 'Well', off: 'Off', warn: 'Attention', bad: 'Broken', part: 'Part', state: 'State', said: 'Found', advice: 'What to do' }
export const alarms: Some<typeof zh.alarms> = { title: 'Alarms', viewList: 'Alarms', viewRules: 'Thresholds', viewDuties: 'Duty', name: 'Alarm', value: 'Value', limit: 'Limit', raised: 'Since', cleared: 'Over', change: 'Change' }
export const faults: Some<typeof zh.faults> = { title: 'Fault tickets', viewList: 'Tickets', viewFigures: 'Figures', report: 'Report a fault', number: 'Number', name: 'Fault', grade: 'Grade', state: 'State', due: 'To run again by', assignee: 'Handler', steps: 'Steps', marks: 'Times' }
export const traces: Some<typeof zh.traces> = { title: 'Chains of calls', viewList: 'Requests and jobs', viewWeakest: 'Weakest points', name: 'Route or job', took: 'Time', status: 'Result', at: 'When', waterfall: 'Waterfall' }
export const inspections: Some<typeof zh.inspections> = { title: 'Inspections and reports', viewList: 'Inspections', viewDrills: 'Drills', now: 'Inspect now', export: 'Export', kind: 'Kind', name: 'Name', at: 'When', verdict: 'Result' }
export const years: Some<typeof zh.years> = { title: 'Years', year: 'Year', filed: 'Cases', open: 'Open', state: 'State', closed: 'Closed', hot: 'In use', checks: 'Conditions of closing', close: 'Close', reopen: 'Open again', reason: 'Reason' }
export const conformity: Some<typeof zh.conformity> = { title: 'Standards', point: 'Point', stand: 'State', rows: 'Rows and tests', met: 'Shown by tests', partly: 'Partly', gap: 'Open', export: 'Export' }
export const targets: Some<typeof zh.targets> = { title: 'Response targets', export: 'Export', day: 'Day', subsystem: 'Subsystem', operation: 'Operation', limit: 'Limit', worst: 'Slowest', mean: 'Mean', share: 'Within limit', count: 'Requests', late: 'Late', verdict: 'Result', met: 'Met', few: 'A few late', missed: 'Missed', none: 'No requests' }
export const questions: Some<typeof zh.questions> = { title: 'Problems and opinions', viewList: 'Reports', viewFaqs: 'Frequent questions', viewFigures: 'Summary', state: 'State', kind: 'Kind', category: 'About', answer: 'Answer', reportTitle: 'Report a problem', submit: 'Send', mine: 'My reports' }
export const settings: Some<typeof zh.settings> = { title: 'Configuration', key: 'Setting', says: 'What for', value: 'Value', default: 'Default', origin: 'Set in' }
