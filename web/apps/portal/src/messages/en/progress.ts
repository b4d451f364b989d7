import type { progress as zh } from '../zh-CN/progress.ts'

export const progress: Partial<Record<keyof typeof zh, string>> = {
  title: 'Track a case', number: 'Case number', by: 'Check with', byCode: 'Query code', byName: 'Applicant name', code: 'Query code', name: 'Applicant name', submit: 'Search', result: 'Result', state: 'Now', due: 'Due', org: 'Department', phone: 'Phone', timeline: 'Progress', another: 'Another case', mine: 'My cases',
}
