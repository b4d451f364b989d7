/** The pages of the rail: who is offered them, by which key they are reached. */
import type { IconName } from '@tongban/ui'
import type { shell } from '../messages/index.ts'
import { may, session } from './session.ts'

type Key = Parameters<typeof shell>[0]
export interface PageEntry {
  name: 'workbench' | 'tasks' | 'cases' | 'intake' | 'packageIntake' | 'packages' | 'delivery' | 'board' | 'catalogue' | 'calendars'
    | 'accepting' | 'hallTickets' | 'instant' | 'instantFigures' | 'cityWideFigures' | 'settings' | 'supervisions' | 'tolerances' | 'dispatches' | 'bulk' | 'records' | 'scan' | 'intakeFigures' | 'messages' | 'intakeKinds' | 'messageTexts' | 'collections' | 'orgs' | 'staff' | 'roles' | 'access' | 'migration' | 'audit' | 'risks' | 'protection' | 'fields' | 'copies' | 'keys' | 'privacy' | 'transfer' | 'logs' | 'systems' | 'interfaces' | 'exchange' | 'realNames' | 'signInFigures' | 'windows' | 'mandates' | 'signOn' | 'stock' | 'fees' | 'handOvers' | 'shipments' | 'mobileLinks' | 'cardDevices' | 'design' | 'tables' | 'formData' | 'library' | 'archive' | 'legacy' | 'running' | 'runAlarms' | 'faults' | 'traces' | 'inspections' | 'configuration' | 'conformity' | 'targets' | 'questions' | 'manualChapters' | 'materials' | 'proofs' | 'caseFigures' | 'years'
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
    { name: 'tolerances', short: 'tolerancesShort', icon: 'clock', permission: 'case.accept', also: 'board.read' },
    { name: 'dispatches', short: 'dispatchesShort', icon: 'refresh', permission: 'dispatch.read' },
    { name: 'library', short: 'libraryShort', icon: 'list', permission: 'library.read' },
  ] },
  { title: 'groupCounter', entries: [
    { name: 'accepting', short: 'acceptingShort', icon: 'store', permission: 'case.intake' },
    { name: 'hallTickets', short: 'hallTicketsShort', icon: 'ticket', permission: 'ticket.read' },
    { name: 'intake', short: 'intakeShort', icon: 'pen', key: 'i', permission: 'case.intake' },
    { name: 'packageIntake', short: 'packageIntakeShort', icon: 'plan', permission: 'case.intake' },
    { name: 'packages', short: 'packagesShort', icon: 'list', permission: 'case_package.read' },
    { name: 'instant', short: 'instantShort', icon: 'clock', permission: 'case.intake' },
    { name: 'bulk', short: 'bulkShort', icon: 'users', permission: 'bulk.read' },
    { name: 'records', short: 'recordsShort', icon: 'refresh', permission: 'intake_record.read' },
    { name: 'scan', short: 'scanShort', icon: 'grid', permission: 'case.scan' },
    { name: 'delivery', short: 'deliveryShort', icon: 'card', key: 'd', permission: 'case.deliver' },
    { name: 'collections', short: 'collectionsShort', icon: 'inbox', permission: 'collection.read' },
    { name: 'stock', icon: 'print', key: 'q', permission: 'licence.overprint' },
    { name: 'handOvers', short: 'handOversShort', icon: 'refresh', permission: 'hand_over.read' },
    { name: 'shipments', short: 'shipmentsShort', icon: 'upload', permission: 'shipment.read' },
    { name: 'fees', short: 'feesShort', icon: 'card', permission: 'fee.read' },
  ] },
  { title: 'groupPapers', entries: [
    { name: 'materials', short: 'materialsShort', icon: 'file', permission: 'material.read' },
    { name: 'proofs', short: 'proofsShort', icon: 'chat', permission: 'proof.read' },
    { name: 'archive', short: 'archiveShort', icon: 'inbox', permission: 'archive.read' },
    { name: 'legacy', short: 'legacyShort', icon: 'upload', permission: 'legacy.read' },
  ] },
  { title: 'groupOversight', entries: [
    { name: 'board', icon: 'flag', key: 'b', permission: 'board.read', phone: true },
    { name: 'supervisions', short: 'supervisionsShort', icon: 'bell', permission: 'supervision.read', phone: true },
    { name: 'caseFigures', short: 'caseFiguresShort', icon: 'chart', permission: 'case_statistics.read' },
    { name: 'intakeFigures', short: 'intakeFiguresShort', icon: 'chart', permission: 'intake_figures.read' },
    { name: 'cityWideFigures', short: 'cityWideFiguresShort', icon: 'chart', permission: 'citywide.read' },
    { name: 'instantFigures', short: 'instantFiguresShort', icon: 'chart', permission: 'instant.read' },
    { name: 'signInFigures', short: 'signInFiguresShort', icon: 'chart', key: 'u', permission: 'sign_on.read' },
    { name: 'messages', short: 'messagesShort', icon: 'bell', permission: 'message.read' },
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
  { title: 'groupOperations', entries: [
    { name: 'running', short: 'runningShort', icon: 'heart', permission: 'run.read', phone: true },
    { name: 'runAlarms', short: 'runAlarmsShort', icon: 'bell', permission: 'run.read', phone: true },
    { name: 'faults', short: 'faultsShort', icon: 'warn', permission: 'fault.read', phone: true },
    { name: 'traces', short: 'tracesShort', icon: 'link', permission: 'run.read' },
    { name: 'inspections', short: 'inspectionsShort', icon: 'plan', permission: 'run.read' },
    { name: 'targets', short: 'targetsShort', icon: 'chart', permission: 'run.read' },
    { name: 'years', short: 'yearsShort', icon: 'cal', permission: 'year.read' },
    { name: 'questions', short: 'questionsShort', icon: 'chat', permission: 'question.answer' },
    { name: 'manualChapters', short: 'manualChaptersShort', icon: 'file', permission: 'manual.edit' },
    { name: 'conformity', short: 'conformityShort', icon: 'check', permission: 'run.read' },
    { name: 'configuration', short: 'configurationShort', icon: 'gear', permission: 'setting.read' },
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
  ] },
  { title: 'groupExchange', entries: [
    { name: 'systems', short: 'systemsShort', icon: 'link', key: 'w', permission: 'system.read', phone: true },
    { name: 'interfaces', short: 'interfacesShort', icon: 'file', permission: 'system.read' },
    { name: 'signOn', short: 'signOnShort', icon: 'key', key: 'z', permission: 'sign_on.read' },
    { name: 'cardDevices', short: 'cardDevicesShort', icon: 'card', permission: 'card_device.read' },
    { name: 'exchange', short: 'exchangeShort', icon: 'refresh', key: 'l', permission: 'exchange.read' },
  ] },
  { title: 'groupReference', entries: [
    { name: 'catalogue', short: 'catalogueShort', icon: 'file', key: 'm', permission: 'item.read' },
    { name: 'design', short: 'designShort', icon: 'plan', key: '0', permission: 'design.read' },
    { name: 'tables', short: 'tablesShort', icon: 'grid', permission: 'table.design' },
    { name: 'intakeKinds', short: 'intakeKindsShort', icon: 'inbox', permission: 'intake_kind.edit' },
    { name: 'messageTexts', short: 'messageTextsShort', icon: 'bell', permission: 'message_text.read' },
    { name: 'settings', short: 'settingsShort', icon: 'grid', permission: 'org.read', also: 'citywide.edit' },
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
