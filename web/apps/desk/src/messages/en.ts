/** English beside the Chinese for navigation and headings; everything else falls back to Chinese. */
import type { zh as board_ } from './zh-CN/board.ts'
import type { zh as calendars_ } from './zh-CN/calendars.ts'
import type { zh as case_ } from './zh-CN/case.ts'
import type { zh as cases_ } from './zh-CN/cases.ts'
import type { zh as catalogue_ } from './zh-CN/catalogue.ts'
import type { zh as common_ } from './zh-CN/common.ts'
import type { zh as delivery_ } from './zh-CN/delivery.ts'
import type { zh as intake_ } from './zh-CN/intake.ts'
import type { zh as item_ } from './zh-CN/item.ts'
import type { zh as session_ } from './zh-CN/session.ts'
import type { zh as shell_ } from './zh-CN/shell.ts'
import type { zh as tasks_ } from './zh-CN/tasks.ts'
import type { zh as workbench_ } from './zh-CN/workbench.ts'

type Some<T> = Partial<Record<keyof T, string>>

export const shell: Some<typeof shell_> = {
  brand: 'Tongban', wrongTitle: 'Error: ', skip: 'Skip to content', navigation: 'Functions',
  workbench: 'Workbench', tasks: 'To do', cases: 'Cases', case: 'Case', intake: 'Counter intake', delivery: 'Delivery', board: 'Supervision',
  calendars: 'Calendars', catalogue: 'Items', item: 'Edit item', newItem: 'New item', assemble: 'New service', signIn: 'Sign in', lost: 'No such page',
  formData: 'Form data', formDataShort: 'Data', designDataItems: 'Data items', designOwnFlows: 'Department flows', casesShort: 'Cases', intakeShort: 'Intake', deliveryShort: 'Deliver', calendarsShort: 'Calendar', catalogueShort: 'Items',
  groupCases: 'Cases', groupOversight: 'Oversight', groupReference: 'Reference',
  search: 'Find a case', searchHint: 'Case number, applicant or credit code', window: 'Window {n}',
  help: 'Shortcuts', helpTitle: 'Shortcuts', helpIntro: 'They do nothing while you type in a field.', helpSwitch: 'Use single-key shortcuts', helpThen: 'then',
  helpKeys: 'Keys', helpDoes: 'What it does', keyHelp: 'Show shortcuts', keySearch: 'Find a case', keyGo: 'Go to {page}',
  signOut: 'Sign out', switchLanguage: '中文', account: 'My account',
  windows: 'Windows', newWindow: 'New window', editWindow: 'Edit window', mandates: 'Mandates', mandatesShort: 'Mandates', newMandate: 'Give a mandate', newExclusion: 'New exclusive duties', signOn: 'Single sign-on', signOnShort: 'Sign-on', signOnClient: 'Single sign-on', newSignOnClient: 'Set up sign-on', editSignOnClient: 'Sign-on settings', signOnKeys: 'Signing keys', consent: 'Sign in to another system', stock: 'Licence stock', arrange: 'Arrange the workbench',
  groupPeople: 'Organisations and staff', groupSecurity: 'Security', groupExchange: 'Exchange', orgs: 'Organisations', org: 'Organisation', newOrg: 'New organisation', editOrg: 'Edit organisation', staff: 'Staff', person: 'Person', newPerson: 'New person', editPerson: 'Edit person', importStaff: 'Import staff',
  roles: 'Roles and permissions', rolesShort: 'Roles', role: 'Role', newRole: 'New role', editRole: 'Edit role', access: 'Access control', accessShort: 'Access', crossRegion: 'Other regions', migration: 'Account migration', migrationShort: 'Migrate',
  audit: 'Audit', auditEntry: 'Audit entry', auditChain: 'Audit check', risks: 'Alarms and risks', risksShort: 'Risks', risk: 'Risk event', newRisk: 'New risk event', protection: 'Data protection', protectionShort: 'Data', fields: 'Classification', cryptography: 'Cryptography',
  keys: 'Keys', keysShort: 'Keys', privacy: 'Personal data', privacyShort: 'Personal', transfer: 'Network transfer', transferShort: 'Transfer', logs: 'Logs', systems: 'Connected systems', systemsShort: 'Systems', system: 'Connected system', newSystem: 'Register a system', jumps: 'Item jumps', newJump: 'Set up a jump', tickets: 'Tickets', editLink: 'Recognition', arrive: 'Arriving', exchange: 'Exchange ledger', exchangeShort: 'Ledger', exchangeEntry: 'Exchange entry', designFlow: 'Flow', designRules: 'Rules', designPaper: 'Paper', designPrint: 'Print template', designMapping: 'Field mapping', itemPapers: 'Papers of items', paperStamps: 'Stamps', designSettings: 'Designer settings', designFlowRunning: 'Running', designFlowCases: 'Cases of a flow', designFlowMigrate: 'Move cases',
  forcedPassword: 'Change password', realNames: 'Real-name review', signInFigures: 'Sign-in figures', signInFiguresShort: 'Figures', realNamesShort: 'Names', signIns: 'Sign-in records', tables: 'Business tables', tablesShort: 'Tables', tableDefinition: 'Table builder', table: 'Table', tableRow: 'Table', tableImport: 'Import', tableReports: 'Reports', tableReport: 'Report', tableOutputs: 'Scheduled reports', design: 'Design', designShort: 'Design', designDefinition: 'Definition', designForm: 'Form designer', designFields: 'Shared fields', designBindings: 'Form checks', designPreview: 'Form preview', lostText: 'The address may be wrong, or the page has moved.', backHome: 'Back to the start', refusedTitle: 'Not permitted', count: '{n} cases',
}
export const session: Some<typeof session_> = {
  title: 'Sign in to the desk', hall: '{region} government services', login: 'Login name', password: 'Password', showPassword: 'Show password', submit: 'Sign in', busy: 'Signing in',
}
export const common: Some<typeof common_> = {
  cancel: 'Cancel', close: 'Close', exportN: 'Export {n} rows', save: 'Save', search: 'Search', print: 'Print', previous: 'Previous', next: 'Next', pages: 'Pages', asOf: 'Data as of {time}', total: '{n} cases', range: '{from}–{to} of {total}', totalOf: '{n} in total', rangeOf: '{from}–{to} of {total}', filters: 'Filters', more: 'More', fewer: 'Fewer', chosen: 'Chosen', clear: 'Clear', acts: 'Actions', asTable: 'As a table', copy: 'Copy',
}
export const workbench: Some<typeof workbench_> = {
  morning: 'Good morning, {name}', afternoon: 'Good afternoon, {name}', evening: 'Good evening, {name}', mine: 'My to-do list', week: 'My cases this week', reminders: 'Reminders', entries: 'Often used', seeAll: 'See all',
  toAccept: 'To accept', toReview: 'To review', correctionBack: 'Corrections back', overdue: 'Overdue', paused: 'Clock stopped',
}
export const cases: Some<typeof cases_> = { tasksTitle: 'To do', title: 'Cases', tab_open: 'Open', tab_overdue: 'Overdue', tab_today: 'Due today', tab_paused: 'Clock stopped', tab_done: 'Closed', tab_all: 'All' }
export const caseTexts: Some<typeof case_> = {
  next: 'Next case', info: 'Application', materials: 'Materials', history: 'History', tab_material: 'Material', tab_form: 'Form', tab_flow: 'Flow and opinions', tab_papers: 'Notices and licence',
  points: 'Review points', ledger: 'Deadline ledger', opinion: 'Opinion', flowTitle: 'Flow', opinions: 'Opinions', special: 'Special procedures', extensions: 'Extensions', urges: 'Urges and orders', documents: 'Notices', licence: 'Licence',
}
export const tasks: Some<typeof tasks_> = { joint: 'Joint review', open: 'Open steps', transfer: 'Pass on', delegate: 'Delegate', countersign: 'Ask for opinions', back: 'Take back', jump: 'Jump' }
export const board: Some<typeof board_> = { title: 'Supervision', list: 'Cases to urge' }
export const calendars: Some<typeof calendars_> = { title: 'Working calendar', holidays: 'Holidays', makeUp: 'Make-up working days' }
export const catalogue: Some<typeof catalogue_> = { title: 'Items' }
export const item: Some<typeof item_> = { findings: 'Findings', versions: 'Versions' }
export const intake: Some<typeof intake_> = { title: 'Counter intake' }
export const delivery: Some<typeof delivery_> = { title: 'Delivery' }
