import type { cases as zh } from '../zh-CN/cases.ts'

export const cases: Partial<Record<keyof typeof zh, string>> = {
  title: 'My cases', together: 'Collect together', tabTodo: 'For me to do', tabOpen: 'In progress', tabDone: 'Completed', tabDraft: 'Drafts', tabs: 'By state', search: 'Search my cases', searchLabel: 'Service or case number', searchButton: 'Search', total: '{n} cases', number: 'No. …{n}', submitted: 'Submitted {at}', draftAt: 'Saved {at}',
  resume: 'Continue', remove: 'Delete draft', removeTitle: 'Delete this draft?', removeNo: 'Keep it', emptyTodo: 'Nothing for you to do', emptyOpen: 'Nothing in progress', emptyDone: 'Nothing completed yet', emptyDraft: 'No drafts', emptyQuery: 'Nothing found for “{q}”', emptyGo: 'Find a service', clear: 'Show all',
}
