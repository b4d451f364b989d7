import type { IconName } from '@tongban/ui'

/** Icons of the national themes, by key. A theme without its own drawing gets the list. */
const drawn: Record<string, IconName> = {
  birth: 'baby', residence: 'home', education: 'school', employment: 'work', startup: 'work', qualification: 'card', marriage: 'rings', 'preferential-care': 'users', housing: 'house',
  'social-security': 'coin', papers: 'card', transport: 'car', travel: 'globe', 'exit-entry': 'globe', consumer: 'shield', 'public-safety': 'shield', justice: 'scale',
  'intellectual-property': 'key', environment: 'leaf', utilities: 'building', medical: 'med', retirement: 'heart', enlistment: 'flag', 'culture-sports': 'ticket',
  setup: 'store', permits: 'store', change: 'pen', deregistration: 'building', tax: 'coin', 'social-insurance': 'users', project: 'plan', 'real-estate': 'house', quality: 'shield',
}

export function themeIcon(key: string): IconName {
  return drawn[key] ?? 'list'
}
