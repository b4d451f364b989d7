import { asProblem } from '@tongban/api'
import { nextTick } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { firstPage, permissionsOf } from './app/pages.ts'
import { loadSession, may, session } from './app/session.ts'
import { counterRoutes } from './features/counters/routes.ts'
import { approvalRoutes } from './features/approval/routes.ts'
import { archiveRoutes } from './features/archive/routes.ts'
import { designFlowRoutes } from './features/design/flow-routes.ts'
import { designRoutes } from './features/design/routes.ts'
import { exchangeRoutes } from './features/exchange/routes.ts'
import { fulfilmentRoutes } from './features/fulfilment/routes.ts'
import { waysRoutes } from './features/intake/routes.ts'
import { identityRoutes } from './features/identity/routes.ts'
import { operationRoutes } from './features/operations/routes.ts'
import { materialRoutes } from './features/materials/routes.ts'
import { recognitionRoutes } from './features/recognition/routes.ts'
import { securityRoutes } from './features/security/routes.ts'
import { tableRoutes } from './features/tables/routes.ts'
import { setTitle } from './app/title.ts'
import { shell } from './messages/index.ts'

type TitleKey = Parameters<typeof shell>[0]
declare module 'vue-router' {
  interface RouteMeta {
    /** Message key of the page's name: document title and navigation. */
    title: TitleKey
    /** Shown without the frame, to anybody. */
    bare?: boolean
    /** Part of the phone's zone, with its own frame: the tab it belongs to. */
    zone?: 'todo' | 'done' | 'supervise' | 'me'
    /** Narrow rail, so that three panes fit. */
    slim?: boolean
    /** Asked of pages that stand behind an entry of the rail; the entries themselves name theirs in pages.ts. */
    permission?: string
    /** The entry of the rail this page belongs to. */
    rail?: string
  }
}

export const router = createRouter({
  history: createWebHistory('/desk/'),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./features/identity/sign-in/SignInPage.vue'), meta: { title: 'signIn', bare: true } },
    { path: '/arrive', name: 'arrive', component: () => import('./features/identity/sign-in/ArrivePage.vue'), meta: { title: 'arrive', bare: true } },
    { path: '/', name: 'workbench', component: () => import('./features/casework/workbench/WorkbenchPage.vue'), meta: { title: 'workbench' } },
    { path: '/arrange', name: 'arrange', component: () => import('./features/casework/workbench/ArrangePage.vue'), meta: { title: 'arrange', rail: 'workbench', permission: 'staff.me' } },
    { path: '/tasks', name: 'tasks', component: () => import('./features/casework/tasks/TasksPage.vue'), meta: { title: 'tasks' } },
    { path: '/cases', name: 'cases', component: () => import('./features/casework/list/CasesPage.vue'), meta: { title: 'cases' } },
    { path: '/cases/:id', name: 'case', component: () => import('./features/casework/case/CasePage.vue'), props: true, meta: { title: 'case', slim: true } },
    { path: '/form-data', name: 'formData', component: () => import('./features/casework/form-data/FormDataPage.vue'), meta: { title: 'formData' } },
    { path: '/form-data/:id', name: 'form-data-one', component: () => import('./features/casework/form-data/FormDataOnePage.vue'), props: true, meta: { title: 'formData', rail: 'formData', permission: 'form_data.read' } },
    { path: '/intake', name: 'intake', component: () => import('./features/casework/intake/IntakePage.vue'), meta: { title: 'intake' } },
    { path: '/delivery', name: 'delivery', component: () => import('./features/casework/delivery/DeliveryPage.vue'), meta: { title: 'delivery' } },
    { path: '/stock', name: 'stock', component: () => import('./features/licences/stock/StockPage.vue'), meta: { title: 'stock' } },
    { path: '/board', name: 'board', component: () => import('./features/casework/board/BoardPage.vue'), meta: { title: 'board' } },
    { path: '/calendars', name: 'calendars', component: () => import('./features/calendars/year/CalendarsPage.vue'), meta: { title: 'calendars' } },
    { path: '/catalogue', name: 'catalogue', component: () => import('./features/catalogue/tree/CataloguePage.vue'), meta: { title: 'catalogue' } },
    { path: '/catalogue/new', name: 'new-item', component: () => import('./features/catalogue/editor/ItemPage.vue'), meta: { title: 'newItem' } },
    { path: '/catalogue/assemble', name: 'assemble-new', component: () => import('./features/catalogue/assemble/AssemblePage.vue'), meta: { title: 'assemble', rail: 'catalogue', permission: 'item.edit' } },
    { path: '/catalogue/:slug/assemble', name: 'assemble', component: () => import('./features/catalogue/assemble/AssemblePage.vue'), props: true, meta: { title: 'assemble', rail: 'catalogue', permission: 'item.edit' } },
    { path: '/catalogue/:slug', name: 'item', component: () => import('./features/catalogue/editor/ItemPage.vue'), props: true, meta: { title: 'item' } },
    ...identityRoutes,
    ...securityRoutes,
    ...operationRoutes,
    ...exchangeRoutes,
    ...fulfilmentRoutes,
    ...recognitionRoutes,
    ...approvalRoutes,
    ...designFlowRoutes,
    ...designRoutes,
    ...tableRoutes,
    ...waysRoutes,
    ...counterRoutes,
    ...archiveRoutes,
    ...materialRoutes,
    { path: '/refused', name: 'refused', component: () => import('./app/RefusedPage.vue'), meta: { title: 'refusedTitle' } },
    { path: '/:rest(.*)*', name: 'lost', component: () => import('./app/LostPage.vue'), meta: { title: 'lost' } },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

router.beforeEach(async (to) => {
  if (to.meta.bare) return true
  try {
    await loadSession()
    // Until the first password is changed the server lets nothing else through.
    if (session.me?.must_change_password) return { name: 'forced-password', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
    const permissions = to.meta.permission ? [to.meta.permission] : permissionsOf(String(to.name))
    if (permissions.length === 0 || may(...permissions)) return true
    // The beginning is another page for people without cases; elsewhere the page itself says why not.
    return to.name === 'workbench' && firstPage() !== 'workbench' ? { name: firstPage() } : { name: 'refused' }
  } catch (thrown) {
    const problem = asProblem(thrown)
    // Without a line the page itself says what is wrong; only a missing session leads to sign-in.
    if (!problem.isSignedOut) return true
    session.me = null
    return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  }
})

router.afterEach(async (to, from, failure) => {
  if (failure) return
  setTitle(shell(to.meta.title))
  if (to.path === from.path || from.matched.length === 0) return
  // A new page is read from its beginning, by eye and by ear.
  await nextTick()
  document.getElementById('main')?.focus({ preventScroll: true })
})
