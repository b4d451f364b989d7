/** Pages of connected systems and the ledger of what went in and out. */
import type { RouteRecordRaw } from 'vue-router'

export const exchangeRoutes: RouteRecordRaw[] = [
  { path: '/item-sync', name: 'itemSync', component: () => import('./library/LibraryPage.vue'), meta: { title: 'itemSync', rail: 'settings', permission: 'item_sync.read' } },
  { path: '/systems', name: 'systems', component: () => import('./systems/SystemsPage.vue'), meta: { title: 'systems' } },
  { path: '/systems/new', name: 'new-system', component: () => import('./systems/SystemForm.vue'), meta: { title: 'newSystem', rail: 'systems', permission: 'system.edit' } },
  { path: '/systems/jumps', name: 'jumps', component: () => import('./systems/JumpsPage.vue'), meta: { title: 'jumps', rail: 'systems', permission: 'system.read' } },
  { path: '/systems/jumps/new', name: 'new-jump', component: () => import('./systems/JumpForm.vue'), meta: { title: 'newJump', rail: 'systems', permission: 'system.edit' } },
  { path: '/systems/jumps/:slug', name: 'jump', component: () => import('./systems/JumpPage.vue'), props: true, meta: { title: 'jumps', rail: 'systems', permission: 'system.read' } },
  { path: '/systems/jumps/:slug/edit', name: 'edit-jump', component: () => import('./systems/JumpForm.vue'), props: true, meta: { title: 'jumps', rail: 'systems', permission: 'system.edit' } },
  { path: '/systems/tickets', name: 'tickets', component: () => import('./systems/TicketsPage.vue'), meta: { title: 'tickets', rail: 'systems', permission: 'system.read' } },
  { path: '/systems/:id', name: 'system', component: () => import('./systems/SystemPage.vue'), props: true, meta: { title: 'system', rail: 'systems', permission: 'system.read' } },
  { path: '/systems/:id/edit', name: 'edit-system', component: () => import('./systems/SystemForm.vue'), props: true, meta: { title: 'system', rail: 'systems', permission: 'system.edit' } },
  { path: '/sign-on', name: 'signOn', component: () => import('./sign-on/ClientsPage.vue'), meta: { title: 'signOn' } },
  { path: '/sign-on/new', name: 'new-sign-on-client', component: () => import('./sign-on/NewClientPage.vue'), meta: { title: 'newSignOnClient', rail: 'signOn', permission: 'sign_on.edit' } },
  { path: '/sign-on/keys', name: 'sign-on-keys', component: () => import('./sign-on/KeysPage.vue'), meta: { title: 'signOnKeys', rail: 'signOn', permission: 'sign_on.read' } },
  { path: '/sign-on/clients/:id', name: 'sign-on-client', component: () => import('./sign-on/ClientPage.vue'), props: true, meta: { title: 'signOnClient', rail: 'signOn', permission: 'sign_on.read' } },
  { path: '/sign-on/clients/:id/edit', name: 'edit-sign-on-client', component: () => import('./sign-on/ClientForm.vue'), props: true, meta: { title: 'editSignOnClient', rail: 'signOn', permission: 'sign_on.edit' } },
  { path: '/systems/:id/link', name: 'edit-link', component: () => import('./systems/LinkForm.vue'), props: true, meta: { title: 'editLink', rail: 'systems', permission: 'system.edit' } },
  { path: '/interfaces', name: 'interfaces', component: () => import('./interfaces/InterfacesPage.vue'), meta: { title: 'interfaces' } },
  { path: '/interfaces/:operation', name: 'interface', component: () => import('./interfaces/InterfacePage.vue'), props: true, meta: { title: 'interfaceDoc', rail: 'interfaces', permission: 'system.read' } },
  { path: '/dispatches', name: 'dispatches', component: () => import('./dispatch/DispatchesPage.vue'), meta: { title: 'dispatches' } },
  { path: '/exchange', name: 'exchange', component: () => import('./ledger/LedgerPage.vue'), meta: { title: 'exchange' } },
  { path: '/exchange/reports', name: 'reports', component: () => import('./ledger/ReportsPage.vue'), meta: { title: 'exchange', rail: 'exchange', permission: 'exchange.read' } },
  { path: '/exchange/reports/:id', name: 'report-check', component: () => import('./ledger/ReportCheckPage.vue'), props: true, meta: { title: 'exchange', rail: 'exchange', permission: 'exchange.read' } },
  { path: '/exchange/days', name: 'reconciliations', component: () => import('./ledger/DaysPage.vue'), meta: { title: 'exchange', rail: 'exchange', permission: 'exchange.read' } },
  { path: '/exchange/:id', name: 'exchange-entry', component: () => import('./ledger/EntryPage.vue'), props: true, meta: { title: 'exchangeEntry', rail: 'exchange', permission: 'exchange.read' } },
]
