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
  groupOperations: 'Operations', running: 'Running system', runningShort: 'Run', runAlarms: 'Alarms', runAlarmsShort: 'Alarms', faults: 'Fault tickets', faultsShort: 'Faults', fault: 'Fault ticket', traces: 'Chains of calls', tracesShort: 'Chains', trace: 'Chain of calls', inspections: 'Inspections and reports', inspectionsShort: 'Inspect', inspection: 'Inspection', configuration: 'Configuration', configurationShort: 'Config', conformity: 'Standards', conformityShort: 'Standards', targets: 'Response targets', targetsShort: 'Targets', questions: 'Problems and opinions', questionsShort: 'Problems', question: 'Report', ask: 'Report a problem', manual: 'User manual', manualChapters: 'User manual', manualChaptersShort: 'Manual', helpMore: 'User manual: {title}',
  materials: 'Material centre', materialsShort: 'Papers', material: 'Paper', materialPulls: 'Pulled papers', materialGrants: 'Grants to systems', proofs: 'Proofs', proofsShort: 'Proofs', proof: 'Proof',
  library: 'Case library', libraryShort: 'Library', libraryCase: 'Whole record', earlier: 'Earlier cases', archive: 'Archivable files', archiveShort: 'Archive', legacy: 'Import earlier cases', legacyShort: 'Import',
  formData: 'Form data', formDataShort: 'Data', designDataItems: 'Data items', designOwnFlows: 'Department flows', casesShort: 'Cases', intakeShort: 'Intake', deliveryShort: 'Deliver', calendarsShort: 'Calendar', catalogueShort: 'Items',
  supervisions: 'Reminders and orders', supervisionsShort: 'Orders', mTodo: 'To do', mDone: 'Done', mSupervise: 'Oversight', mMe: 'Me', mCase: 'Case', mCases: 'Cases', mOrder: 'Order', mSignatures: 'My signatures', mOpinions: 'Handwritten opinions', mMaterials: 'My files', mCockpit: 'Cockpit', mNavigation: 'On the phone',
  groupCases: 'Cases', groupCounter: 'Counter', groupPapers: 'Licences and papers', groupOversight: 'Oversight', groupReference: 'Items and design',
  railOpenAll: 'Open all', railCloseAll: 'Close all', jump: 'Find a page', jumpTitle: 'Find a page', jumpHint: 'Name of a page', jumpFound: '{n} pages', jumpNone: 'No page has this name. Try another word, or look through the groups at the left.', jumpKeys: 'Choose with the arrow keys, open with Enter.', keyJump: 'Find a page',
  interfaces: 'Interfaces', interfacesShort: 'Interfaces', interfaceDoc: 'Interface',
  search: 'Find a case', searchHint: 'Case number, applicant or credit code', window: 'Window {n}',
  help: 'Help', helpPage: 'This page', helpTitle: 'Shortcuts', helpIntro: 'They do nothing while you type in a field.', helpSwitch: 'Use single-key shortcuts', helpThen: 'then',
  helpKeys: 'Keys', helpDoes: 'What it does', keyHelp: 'Show shortcuts', keySearch: 'Find a case', keyGo: 'Go to {page}',
  signOut: 'Sign out', switchLanguage: '中文', account: 'My account', notices: 'Messages', noticesNone: 'No messages.', noticesNew: '{n} new', noticeCame: 'New: {text}', workGoesOn: 'Under way: {title}',
  windows: 'Windows', newWindow: 'New window', editWindow: 'Edit window', mandates: 'Mandates', mandatesShort: 'Mandates', newMandate: 'Give a mandate', newExclusion: 'New exclusive duties', signOn: 'Single sign-on', signOnShort: 'Sign-on', signOnClient: 'Single sign-on', newSignOnClient: 'Set up sign-on', editSignOnClient: 'Sign-on settings', signOnKeys: 'Signing keys', consent: 'Sign in to another system', stock: 'Licence stock', fees: 'Fees', feesShort: 'Fees', handOvers: 'Hand-over of paper', handOversShort: 'Paper', handOver: 'Hand-over', receiveHandOver: 'Sign in', shipments: 'Shipments', shipmentsShort: 'Ship', shipment: 'Parcel', archiveShipment: 'Send archive boxes', feeStatements: 'Reconciliation', arrange: 'Arrange the workbench',
  records: 'In-only and out-only', recordsShort: 'In/out', newRecord: 'New record', scan: 'Scan barcodes', scanShort: 'Scan', intakeFigures: 'Intake figures', intakeFiguresShort: 'Figures', messages: 'Messages', messagesShort: 'Messages', itemSync: 'Item sync', messageTexts: 'Message texts', messageTextsShort: 'Texts', collections: 'Collected together', collectionsShort: 'Together',
  tolerances: 'Promised materials', tolerancesShort: 'Promised', dispatches: 'Dispatched cases', dispatchesShort: 'Dispatch', bulk: 'Bulk cases', bulkShort: 'Bulk', bulkBatch: 'Bulk cases', newBatch: 'New batch', intakeKinds: 'Ways of intake', intakeKindsShort: 'Ways',
  packageIntake: 'Package intake', packageIntakeShort: 'Package', packages: 'Packages', packagesShort: 'Packages',
  accepting: 'Acceptance', acceptingShort: 'Accept', hallTickets: 'Queue tickets', hallTicketsShort: 'Tickets', instant: 'While you wait', instantShort: 'Instant', instantItems: 'Instant items', instantFigures: 'Instant figures', instantFiguresShort: 'Instant', caseFigures: 'Case figures', caseFiguresShort: 'Cases', years: 'Years', yearsShort: 'Years', year: 'Year', cityWide: 'City-wide items', cityWideFigures: 'City-wide figures', cityWideFiguresShort: 'City', settings: 'Settings', regions: 'Areas', settingsShort: 'Settings',
  groupPeople: 'Organisations and staff', groupSecurity: 'Security', groupExchange: 'Exchange', orgs: 'Organisations', org: 'Organisation', newOrg: 'New organisation', editOrg: 'Edit organisation', staff: 'Staff', person: 'Person', newPerson: 'New person', editPerson: 'Edit person', importStaff: 'Import staff',
  roles: 'Roles and permissions', rolesShort: 'Roles', role: 'Role', newRole: 'New role', editRole: 'Edit role', access: 'Access control', accessShort: 'Access', crossRegion: 'Other regions', migration: 'Account migration', migrationShort: 'Migrate',
  audit: 'Audit', auditEntry: 'Audit entry', privacyRequest: 'Answer a privacy request', auditChain: 'Audit check', risks: 'Alarms and risks', risksShort: 'Risks', risk: 'Risk event', newRisk: 'New risk event', protection: 'Data protection', protectionShort: 'Data', copies: 'Masked copies', copiesShort: 'Copies', copy: 'Masked copy', discovery: 'Sensitive data found', grades: 'Grades of staff', fields: 'Classification', fieldsShort: 'Classes', cryptography: 'Cryptography',
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
  handWritten: 'Opinion written by {name}', handSigned: 'Signature of {name}',
  ticketNumber: 'Queue ticket',
  next: 'Next case', info: 'Application', materials: 'Materials', history: 'History', tab_material: 'Material', tab_form: 'Form', tab_flow: 'Flow and opinions', tab_papers: 'Notices and licence', tab_fee: 'Fee', tab_exchange: 'Other systems', tab_proofs: 'Proofs',
  points: 'Review points', ledger: 'Deadline ledger', opinion: 'Opinion', flowTitle: 'Flow', opinions: 'Opinions', special: 'Special procedures', extensions: 'Extensions', urges: 'Urges and orders', documents: 'Notices', licence: 'Licence',
}
export const tasks: Some<typeof tasks_> = { joint: 'Joint review', open: 'Open steps', transfer: 'Pass on', delegate: 'Delegate', countersign: 'Ask for opinions', back: 'Take back', jump: 'Jump' }
export const board: Some<typeof board_> = { title: 'Supervision', list: 'Cases to urge' }
export const calendars: Some<typeof calendars_> = { title: 'Working calendar', holidays: 'Holidays', makeUp: 'Make-up working days' }
export const catalogue: Some<typeof catalogue_> = { title: 'Items' }
export const item: Some<typeof item_> = { findings: 'Findings', versions: 'Versions' }
export const intake: Some<typeof intake_> = { title: 'Counter intake', ticket: 'Queue ticket', serving: 'Serving {number}', servingAt: 'Serving {number} · {window}', ticketUnlink: 'File without this number', fromTicket: 'From ticket {number}: check the card. What was said when the number was taken identifies nobody.', anotherMatter: 'Another matter of this visitor' }
export const delivery: Some<typeof delivery_> = { title: 'Delivery' }
