/** Pages of the designers of flows, rules and papers, and their settings. */
import type { RouteRecordRaw } from 'vue-router'

export const designFlowRoutes: RouteRecordRaw[] = [
  { path: '/design/flows/:id', name: 'design-flow', component: () => import('./flow/FlowPage.vue'), props: true, meta: { title: 'designFlow', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/rules/:id', name: 'design-rules', component: () => import('./rules/RulesPage.vue'), props: true, meta: { title: 'designRules', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/papers/:id', name: 'design-paper', component: () => import('./papers/PaperPage.vue'), props: true, meta: { title: 'designPaper', slim: true, rail: 'design', permission: 'design.read' } },
  { path: '/design/settings', name: 'design-settings', component: () => import('./settings/SettingsPage.vue'), meta: { title: 'designSettings', rail: 'design', permission: 'design.read' } },
]
