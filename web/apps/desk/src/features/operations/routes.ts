/** Pages of the running system: state, alarms, fault tickets, chains of calls, inspections, configuration. */
import type { RouteRecordRaw } from 'vue-router'

export const operationRoutes: RouteRecordRaw[] = [
  { path: '/running', name: 'running', component: () => import('./run/RunPage.vue'), meta: { title: 'running' } },
  { path: '/run-alarms', name: 'runAlarms', component: () => import('./alarms/AlarmsPage.vue'), meta: { title: 'runAlarms' } },
  { path: '/faults', name: 'faults', component: () => import('./faults/FaultsPage.vue'), meta: { title: 'faults' } },
  { path: '/faults/:id', name: 'fault', component: () => import('./faults/FaultPage.vue'), props: true, meta: { title: 'fault', rail: 'faults', permission: 'fault.read' } },
  { path: '/traces', name: 'traces', component: () => import('./traces/TracesPage.vue'), meta: { title: 'traces' } },
  { path: '/traces/:id', name: 'trace', component: () => import('./traces/TracePage.vue'), props: true, meta: { title: 'trace', rail: 'traces', permission: 'run.read' } },
  { path: '/inspections', name: 'inspections', component: () => import('./inspections/InspectionsPage.vue'), meta: { title: 'inspections' } },
  { path: '/inspections/:id', name: 'inspection', component: () => import('./inspections/InspectionPage.vue'), props: true, meta: { title: 'inspection', rail: 'inspections', permission: 'run.read' } },
  { path: '/years', name: 'years', component: () => import('./years/YearsPage.vue'), meta: { title: 'years' } },
  { path: '/years/:year', name: 'year', component: () => import('./years/YearPage.vue'), props: true, meta: { title: 'year', rail: 'years', permission: 'year.read' } },
  { path: '/conformity', name: 'conformity', component: () => import('./standards/ConformityPage.vue'), meta: { title: 'conformity' } },
  { path: '/targets', name: 'targets', component: () => import('./targets/TargetsPage.vue'), meta: { title: 'targets' } },
  { path: '/questions', name: 'questions', component: () => import('./questions/QuestionsPage.vue'), meta: { title: 'questions' } },
  { path: '/questions/new', name: 'ask', component: () => import('./questions/AskPage.vue'), meta: { title: 'ask', permission: 'staff.me' } },
  { path: '/questions/:id', name: 'question', component: () => import('./questions/QuestionPage.vue'), props: true, meta: { title: 'question', rail: 'questions', permission: 'question.answer' } },
  { path: '/manual', name: 'manual', component: () => import('./manual/ManualPage.vue'), meta: { title: 'manual', permission: 'staff.me' } },
  { path: '/manual-chapters', name: 'manualChapters', component: () => import('./manual/ChaptersPage.vue'), meta: { title: 'manualChapters' } },
  { path: '/manual-chapters/:key', name: 'manualChapter', component: () => import('./manual/ChapterPage.vue'), props: (route) => ({ chapterKey: String(route.params.key) }), meta: { title: 'manualChapters', rail: 'manualChapters', permission: 'manual.edit' } },
  { path: '/configuration', name: 'configuration', component: () => import('./settings/ConfigurationPage.vue'), meta: { title: 'configuration' } },
]
