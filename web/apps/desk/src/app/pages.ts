/** The pages of the rail: who is offered them, by which key they are reached. */
import type { IconName } from '@tongban/ui'
import type { shell } from '../messages/index.ts'
import { may, session } from './session.ts'

type Key = Parameters<typeof shell>[0]
export interface PageEntry {
  name: 'workbench' | 'tasks' | 'cases' | 'intake' | 'delivery' | 'board' | 'catalogue' | 'calendars'
    | 'orgs' | 'staff' | 'roles' | 'access' | 'migration' | 'audit' | 'risks' | 'protection' | 'fields' | 'copies' | 'keys' | 'privacy' | 'transfer' | 'logs' | 'systems' | 'exchange' | 'realNames' | 'signInFigures' | 'windows' | 'mandates' | 'signOn' | 'stock' | 'mobileLinks' | 'cardDevices' | 'design' | 'tables' | 'formData'
  /** Shorter name for the narrow rail. */
  short?: Key
  icon: IconName
  /** Second key after `g`; the pages used most have one. */
  key?: string
  permission: string
  /** Opens the page too: reading without acting. */
  also?: string
  /** Offered at phone width: reading, approving and urging only. */
  phone?: boolean
}
export interface PageGroup { title: Key; entries: PageEntry[] }

const GROUPS: PageGroup[] = [
  { title: 'groupCases', entries: [
    { name: 'workbench', icon: 'home', key: 'h', permission: 'workbench.read', phone: true },
    { name: 'tasks', icon: 'inbox', key: 't', permission: 'task.list', phone: true },
    { name: 'cases', short: 'casesShort', icon: 'list', key: 'c', permission: 'case.list', phone: true },
    { name: 'formData', short: 'formDataShort', icon: 'card', permission: 'form_data.read' },
    { name: 'intake', short: 'intakeShort', icon: 'pen', key: 'i', permission: 'case.intake' },
    { name: 'delivery', short: 'deliveryShort', icon: 'card', key: 'd', permission: 'case.deliver' },
    { name: 'stock', icon: 'print', key: 'q', permission: 'licence.overprint' },
  ] },
  { title: 'groupOversight', entries: [
    { name: 'board', icon: 'flag', key: 'b', permission: 'board.read', phone: true },
  ] },
  { title: 'groupSecurity', entries: [
    { name: 'audit', icon: 'zoom', key: 'a', permission: 'audit.read', phone: true },
    { name: 'logs', icon: 'list', permission: 'log.read' },
    { name: 'risks', short: 'risksShort', icon: 'bell', key: 'x', permission: 'risk.read', phone: true },
    { name: 'protection', short: 'protectionShort', icon: 'grid', key: 'f', permission: 'protection.read' },
    { name: 'fields', short: 'fieldsShort', icon: 'list', permission: 'classify.edit', also: 'classify.review' },
    { name: 'copies', short: 'copiesShort', icon: 'print', permission: 'copy.run', also: 'copy.download' },
    { name: 'keys', short: 'keysShort', icon: 'key', key: 'y', permission: 'key.read' },
    { name: 'privacy', short: 'privacyShort', icon: 'user', permission: 'privacy.read' },
    { name: 'transfer', short: 'transferShort', icon: 'upload', permission: 'transfer.read' },
  ] },
  { title: 'groupPeople', entries: [
    { name: 'orgs', icon: 'building', key: 'o', permission: 'org.read' },
    { name: 'windows', icon: 'store', key: 'v', permission: 'org.read' },
    { name: 'staff', icon: 'users', key: 's', permission: 'staff.read', phone: true },
    { name: 'roles', short: 'rolesShort', icon: 'card', key: 'r', permission: 'role.read' },
    { name: 'mandates', short: 'mandatesShort', icon: 'key', key: 'e', permission: 'role.read' },
    { name: 'access', short: 'accessShort', icon: 'shield', key: 'p', permission: 'policy.read' },
    { name: 'migration', short: 'migrationShort', icon: 'upload', key: 'j', permission: 'migration.run' },
    { name: 'realNames', short: 'realNamesShort', icon: 'user', key: 'n', permission: 'real_name.review', also: 'real_name.read' },
    { name: 'mobileLinks', short: 'mobileLinksShort', icon: 'phone', permission: 'mobile_link.read', phone: true },
    { name: 'signInFigures', short: 'signInFiguresShort', icon: 'chart', key: 'u', permission: 'sign_on.read' },
  ] },
  { title: 'groupExchange', entries: [
    { name: 'systems', short: 'systemsShort', icon: 'link', key: 'w', permission: 'system.read', phone: true },
    { name: 'signOn', short: 'signOnShort', icon: 'key', key: 'z', permission: 'sign_on.read' },
    { name: 'cardDevices', short: 'cardDevicesShort', icon: 'card', permission: 'card_device.read' },
    { name: 'exchange', short: 'exchangeShort', icon: 'refresh', key: 'l', permission: 'exchange.read' },
  ] },
  { title: 'groupReference', entries: [
    { name: 'catalogue', short: 'catalogueShort', icon: 'file', key: 'm', permission: 'item.read' },
    { name: 'design', short: 'designShort', icon: 'plan', key: '0', permission: 'design.read' },
    { name: 'tables', short: 'tablesShort', icon: 'grid', permission: 'table.design' },
    { name: 'calendars', short: 'calendarsShort', icon: 'cal', key: 'k', permission: 'calendar.read' },
  ] },
]

/** Groups with the pages the person may open. */
export function offered(): PageGroup[] {
  return GROUPS.map((group) => ({ ...group, entries: group.entries.filter((entry) => may(...asked(entry))) })).filter((group) => group.entries.length > 0)
}

/** Where a person begins: the workbench, or the first page of the rail for those without cases. */
export function firstPage(): PageEntry['name'] | 'account' {
  return offered()[0]?.entries[0]?.name ?? (session.me ? 'account' : 'workbench')
}

/** The permissions of which a page asks for one; none for pages outside the rail. */
export function permissionsOf(name: string): string[] {
  const entry = GROUPS.flatMap((group) => group.entries).find((each) => each.name === name)
  return entry ? asked(entry) : []
}

function asked(entry: PageEntry): string[] {
  return entry.also ? [entry.permission, entry.also] : [entry.permission]
}
