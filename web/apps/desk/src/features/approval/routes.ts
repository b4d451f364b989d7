/** The zone of the phone (CASE-032 to 039), and supervision at the desk. */
import type { RouteRecordRaw } from 'vue-router'

export const approvalRoutes: RouteRecordRaw[] = [
  { path: '/m/todo', name: 'm-todo', component: () => import('./todo/TodoPage.vue'), meta: { title: 'mTodo', zone: 'todo' } },
  { path: '/m/cases', name: 'm-cases', component: () => import('./todo/CasesPage.vue'), meta: { title: 'mCases', zone: 'supervise', permission: 'case.list' } },
  { path: '/m/cases/:id', name: 'm-case', component: () => import('./case/PhoneCasePage.vue'), props: true, meta: { title: 'mCase', zone: 'todo', permission: 'case.read' } },
  { path: '/m/done', name: 'm-done', component: () => import('./done/DonePage.vue'), meta: { title: 'mDone', zone: 'done', permission: 'task.list' } },
  { path: '/m/supervise', name: 'm-supervise', component: () => import('./supervise/SupervisePage.vue'), meta: { title: 'mSupervise', zone: 'supervise', permission: 'supervision.read' } },
  { path: '/m/supervise/:id', name: 'm-order', component: () => import('./supervise/PhoneOrderPage.vue'), props: true, meta: { title: 'mOrder', zone: 'supervise', permission: 'supervision.read' } },
  { path: '/m/me', name: 'm-me', component: () => import('./me/MePage.vue'), meta: { title: 'mMe', zone: 'me' } },
  { path: '/m/signatures', name: 'm-signatures', component: () => import('./me/DrawingsPage.vue'), props: { sort: 'signature' }, meta: { title: 'mSignatures', zone: 'me', permission: 'drawing.own' } },
  { path: '/m/opinions', name: 'm-opinions', component: () => import('./me/DrawingsPage.vue'), props: { sort: 'opinion' }, meta: { title: 'mOpinions', zone: 'me', permission: 'drawing.own' } },
  { path: '/m/materials', name: 'm-materials', component: () => import('./me/MaterialsPage.vue'), meta: { title: 'mMaterials', zone: 'me', permission: 'own_material.edit' } },
  { path: '/m/cockpit', name: 'm-cockpit', component: () => import('./cockpit/CockpitPage.vue'), meta: { title: 'mCockpit', zone: 'me', permission: 'cockpit.read' } },
  { path: '/supervisions', name: 'supervisions', component: () => import('./supervise/DeskListPage.vue'), meta: { title: 'supervisions' } },
  { path: '/supervisions/:id', name: 'supervision', component: () => import('./supervise/DeskOrderPage.vue'), props: true, meta: { title: 'mOrder', rail: 'supervisions', permission: 'supervision.read' } },
]
