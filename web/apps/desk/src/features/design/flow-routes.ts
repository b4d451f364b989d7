/** Pages of the designers of flows, rules and papers, of flows that run, and the designers' settings. */
import type { RouteRecordRaw } from 'vue-router'

export const designFlowRoutes: RouteRecordRaw[] = [
  { path: '/design/own-flows', name: 'own-flows', component: () => import('./own/OwnFlowsPage.vue'), meta: { title: 'designOwnFlows', rail: 'design', permission: 'flow.own' } },
  { path: '/design/flows/:id', name: 'design-flow', component: () => import('./flow/FlowPage.vue'), props: true, meta: { title: 'designFlow', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/flows/:id/running', name: 'design-flow-running', component: () => import('./running/RunningPage.vue'), props: true, meta: { title: 'designFlowRunning', rail: 'design', permission: 'flow.monitor' } },
  { path: '/design/flows/:id/running/cases', name: 'design-flow-cases', component: () => import('./running/FlowCasesPage.vue'), props: true, meta: { title: 'designFlowCases', rail: 'design', permission: 'flow.monitor' } },
  { path: '/design/flows/:id/running/migrate', name: 'design-flow-migrate', component: () => import('./running/MigratePage.vue'), props: true, meta: { title: 'designFlowMigrate', rail: 'design', permission: 'flow.migrate' } },
  { path: '/design/rules/:id', name: 'design-rules', component: () => import('./rules/RulesPage.vue'), props: true, meta: { title: 'designRules', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/papers/:id', name: 'design-paper', component: () => import('./papers/PaperPage.vue'), props: true, meta: { title: 'designPaper', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/prints/:id', name: 'design-print', component: () => import('./prints/PrintPage.vue'), props: true, meta: { title: 'designPrint', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/mappings/:id', name: 'design-mapping', component: () => import('./mappings/MappingPage.vue'), props: true, meta: { title: 'designMapping', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/item-papers', name: 'item-papers', component: () => import('./item-papers/ItemPapersPage.vue'), meta: { title: 'itemPapers', rail: 'design', permission: 'item_paper.read' } },
  { path: '/design/stamps', name: 'paper-stamps', component: () => import('./item-papers/StampsPage.vue'), meta: { title: 'paperStamps', rail: 'design', permission: 'item_paper.read' } },
  { path: '/design/settings', name: 'design-settings', component: () => import('./settings/SettingsPage.vue'), meta: { title: 'designSettings', rail: 'design', permission: 'design.read' } },
]
