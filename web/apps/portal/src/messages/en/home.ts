import type { home as zh } from '../zh-CN/home.ts'

export const home: Partial<Record<keyof typeof zh, string>> = {
  question: 'What do you need to get done?', searchLabel: 'Search services, licences or questions', searchExample: 'for example 开饭店', search: 'Search', suggestions: 'Suggestions', suggested: '{n} suggestions, use the arrow keys', often: 'Popular',
  doorProgress: 'Track a case', doorVerify: 'Verify a licence', doorRate: 'Rate a service', doorCall: 'Call {hotline}', resume: 'Continue', all: 'All {n}', draftAt: 'Unfinished, saved {at}', noCases: 'You have nothing in progress.',
  signInTitle: 'Your cases', signInText: 'Sign in to continue what you began and to see what is in progress.', signIn: 'Sign in', byTheme: 'Find services by theme', byThemeLabel: 'For whom', person: 'People', enterprise: 'Enterprises', org: 'Departments',
  count: '{n} services', allThemes: 'All {n} themes', popular: 'Most used', popularNote: 'Promised time, counted from acceptance', instant: 'At once', byScope: 'By line of business', byScopeText: 'What you need before you open.', updated: 'Updated {at}', goDo: 'Do it', notices: 'Notices',
}
