/** Pages of the designers of flows, rules and papers, and their settings. */
import type { RouteRecordRaw } from 'vue-router'

export const designFlowRoutes: RouteRecordRaw[] = [
  { path: '/design/flows/:id', name: 'design-flow', component: () => import('./flow/FlowPage.vue'), props: true, meta: { title: 'designFlow', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/rules/:id', name: 'design-rules', component: () => import('./rules/RulesPage.vue'), props: true, meta: { title: 'designRules', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/papers/:id', name: 'design-paper', component: () => import('./papers/PaperPage.vue'), props: true, meta: { title: 'designPaper', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/prints/:id', name: 'design-print', component: () => import('./prints/PrintPage.vue'), props: true, meta: { title: 'designPrint', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/mappings/:id', name: 'design-mapping', component: () => import('./mappings/MappingPage.vue'), props: true, meta: { title: 'designMapping', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/item-papers', name: 'item-papers', component: () => import('./item-papers/ItemPapersPage.vue'), meta: { title: 'itemPapers', rail: 'design', permission: 'item_paper.read' } },
  { path: '/design/stamps', name: 'paper-stamps', component: () => import('./item-papers/StampsPage.vue'), meta: { title: 'paperStamps', rail: 'design', permission: 'item_paper.read' } },
  { path: '/design/settings', name: 'design-settings', component: () => import('./settings/SettingsPage.vue'), meta: { title: 'designSettings', rail: 'design', permission: 'design.read' } },
]
