/** Pages of the other ways in which cases come: bulk, promised materials, which items may be taken so. */
import type { RouteRecordRaw } from 'vue-router'

export const waysRoutes: RouteRecordRaw[] = [
  { path: '/package-intake', name: 'packageIntake', component: () => import('./packages/PackageIntakePage.vue'), meta: { title: 'packageIntake' } },
  { path: '/packages', name: 'packages', component: () => import('./packages/PackagesPage.vue'), meta: { title: 'packages' } },
  { path: '/tolerances', name: 'tolerances', component: () => import('../casework/tolerance/TolerancesPage.vue'), meta: { title: 'tolerances' } },
  { path: '/bulk', name: 'bulk', component: () => import('./bulk/BatchesPage.vue'), meta: { title: 'bulk' } },
  { path: '/bulk/new', name: 'new-batch', component: () => import('./bulk/NewBatchPage.vue'), meta: { title: 'newBatch', rail: 'bulk', permission: 'bulk.edit' } },
  { path: '/bulk/:id', name: 'batch', component: () => import('./bulk/BatchPage.vue'), props: true, meta: { title: 'bulkBatch', rail: 'bulk', permission: 'bulk.read' } },
  { path: '/records', name: 'records', component: () => import('./records/RecordsPage.vue'), meta: { title: 'records' } },
  { path: '/records/new', name: 'new-record', component: () => import('./records/NewRecordPage.vue'), meta: { title: 'newRecord', rail: 'records', permission: 'intake_record.edit' } },
  { path: '/records/:id', name: 'record', component: () => import('./records/RecordPage.vue'), props: true, meta: { title: 'records', rail: 'records', permission: 'intake_record.read' } },
  { path: '/scan', name: 'scan', component: () => import('./trace/ScanPage.vue'), meta: { title: 'scan' } },
  { path: '/intake-figures', name: 'intakeFigures', component: () => import('./figures/FiguresPage.vue'), meta: { title: 'intakeFigures' } },
  { path: '/messages', name: 'messages', component: () => import('../casework/messages/MessagesPage.vue'), meta: { title: 'messages' } },
  { path: '/cases/:id/messages', name: 'case-messages', component: () => import('../casework/messages/MessagesPage.vue'), props: true, meta: { title: 'messages', rail: 'cases', permission: 'case.read' } },
  { path: '/message-texts', name: 'messageTexts', component: () => import('../casework/texts/TextsPage.vue'), meta: { title: 'messageTexts' } },
  { path: '/message-texts/:key', name: 'message-text', component: () => import('../casework/texts/TextPage.vue'), props: (route) => ({ textKey: String(route.params.key) }), meta: { title: 'messageTexts', rail: 'messageTexts', permission: 'message_text.read' } },
  { path: '/intake-kinds', name: 'intakeKinds', component: () => import('./kinds/KindsPage.vue'), meta: { title: 'intakeKinds' } },
]
