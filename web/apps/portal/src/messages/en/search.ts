import type { search as zh } from '../zh-CN/search.ts'

export const search: Partial<Record<keyof typeof zh, string>> = {
  title: 'Search services', titleOf: 'Results for “{q}”', total: '{n} services', filter: 'Filter', theme: 'Theme', object: 'For whom', scope: 'Line of business', org: 'Department', remove: 'Remove filter {label}', clear: 'Clear filters', all: 'Any', more: 'More',
  none: 'Nothing found for “{q}”', noneFiltered: 'Nothing fits these filters', maybe: 'Did you mean: ', promise: 'Done within {limit}', instant: 'Done at once', onSite0: 'No visit needed', onSite: '{n} visits', free: 'Free', charge: 'Fee', online: 'Online',
  themesTitle: 'All themes', themesFor: 'For whom', person: 'People', enterprise: 'Enterprises', byObject: 'By applicant', byScope: 'By line of business', count: '{n} services', empty: 'No services yet',
}
