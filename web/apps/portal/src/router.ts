import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import HomePage from './features/catalogue/home/HomePage.vue'
import NotFoundPage from './features/portal/errors/NotFoundPage.vue'
import { knowMe, session } from './session.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** Only for people who are signed in. */
    signedIn?: boolean
  }
}

/** Every address of the portal. Pages other than the first are fetched when they are opened. */
export const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: HomePage },
  { path: '/search', name: 'search', component: () => import('./features/catalogue/search/SearchPage.vue') },
  { path: '/themes', name: 'themes', component: () => import('./features/catalogue/themes/ThemesPage.vue') },
  { path: '/samples', name: 'samples', component: () => import('./features/catalogue/samples/SamplesPage.vue') },
  { path: '/samples/:slug/:material', name: 'sample', component: () => import('./features/catalogue/samples/SamplePage.vue'), props: true },
  { path: '/items/:slug', name: 'guide', component: () => import('./features/catalogue/guide/GuidePage.vue'), props: true },
  { path: '/items/:slug/apply', name: 'apply', component: () => import('./features/casework/apply/StartPage.vue'), props: true, meta: { signedIn: true } },
  { path: '/my/drafts/:id', name: 'draft', component: () => import('./features/casework/apply/DraftPage.vue'), props: true, meta: { signedIn: true } },
  { path: '/my/cases', name: 'cases', component: () => import('./features/casework/cases/CasesPage.vue'), meta: { signedIn: true } },
  { path: '/my/cases/:id', name: 'case', component: () => import('./features/casework/case/CasePage.vue'), props: true, meta: { signedIn: true } },
  { path: '/my/cases/:id/receipt', name: 'receipt', component: () => import('./features/casework/apply/ReceiptPage.vue'), props: true, meta: { signedIn: true } },
  { path: '/my/cases/:id/content', name: 'content', component: () => import('./features/casework/case/ContentPage.vue'), props: true, meta: { signedIn: true } },
  { path: '/my/cases/:id/corrections', name: 'corrections', component: () => import('./features/casework/case/CorrectionPage.vue'), props: true, meta: { signedIn: true } },
  { path: '/my/cases/:id/delivery', name: 'delivery', component: () => import('./features/casework/case/DeliveryPage.vue'), props: true, meta: { signedIn: true } },
  { path: '/my/cases/:id/rating', name: 'rating', component: () => import('./features/feedback/rating/RatingPage.vue'), props: true, meta: { signedIn: true } },
  { path: '/my/collections', name: 'collections', component: () => import('./features/fulfilment/collections/CollectionsPage.vue'), meta: { signedIn: true } },
  { path: '/my/licences', name: 'licences', component: () => import('./features/licences/mine/LicencesPage.vue'), meta: { signedIn: true } },
  { path: '/my/disk', name: 'disk', component: () => import('./features/materials/DiskPage.vue'), meta: { signedIn: true } },
  { path: '/my/disk/:id', name: 'disk-item', component: () => import('./features/materials/DiskItemPage.vue'), props: true, meta: { signedIn: true } },
  { path: '/my/favourites', name: 'favourites', component: () => import('./features/portal/favourites/FavouritesPage.vue'), meta: { signedIn: true } },
  { path: '/my/grants', name: 'grants', component: () => import('./features/identity/grants/GrantsPage.vue'), meta: { signedIn: true } },
  { path: '/my/grants/new', name: 'new-grant', component: () => import('./features/identity/grants/NewGrantPage.vue'), meta: { signedIn: true } },
  { path: '/my/grants/:id', name: 'grant', component: () => import('./features/identity/grants/GrantPage.vue'), props: true, meta: { signedIn: true } },
  { path: '/my/grants/:id/change', name: 'change-grant', component: () => import('./features/identity/grants/ChangeGrantPage.vue'), props: true, meta: { signedIn: true } },
  { path: '/my/acting', name: 'acting', component: () => import('./features/identity/acting/ActingPage.vue'), meta: { signedIn: true } },
  { path: '/my/account', name: 'account', component: () => import('./features/identity/account/AccountPage.vue'), meta: { signedIn: true } },
  { path: '/my/account/security', name: 'security', component: () => import('./features/identity/security/SecurityPage.vue'), meta: { signedIn: true } },
  { path: '/my/privacy', name: 'privacy', component: () => import('./features/portal/privacy/PrivacyPage.vue'), meta: { signedIn: true } },
  { path: '/my/questions', name: 'questions', component: () => import('./features/portal/questions/QuestionsPage.vue'), meta: { signedIn: true } },
  { path: '/my/systems', name: 'systems', component: () => import('./features/identity/systems/SystemsPage.vue'), meta: { signedIn: true } },
  { path: '/my', redirect: '/my/cases' },
  { path: '/progress', name: 'progress', component: () => import('./features/casework/progress/ProgressPage.vue') },
  { path: '/verify/:code?', name: 'verify', component: () => import('./features/licences/verify/VerifyPage.vue'), props: true },
  { path: '/rate', name: 'rate', component: () => import('./features/feedback/open-rating/OpenRatingPage.vue') },
  { path: '/sign-in', name: 'sign-in', component: () => import('./features/identity/sign-on/SignOnPage.vue') },
  { path: '/enterprise/sign-in', name: 'enterprise-sign-in', component: () => import('./features/identity/enterprise/EnterpriseSignInPage.vue') },
  { path: '/enterprise/activate', name: 'activate', component: () => import('./features/identity/enterprise/ActivatePage.vue') },
  { path: '/arrive', name: 'arrive', component: () => import('./features/identity/arrive/ArrivePage.vue') },
  { path: '/consent', name: 'consent', component: () => import('./features/identity/consent/ConsentPage.vue'), meta: { signedIn: true } },
  { path: '/accessibility', name: 'accessibility', component: () => import('./features/portal/accessibility/AccessibilityPage.vue') },
  { path: '/help/faqs', name: 'faqs', component: () => import('./features/portal/questions/FaqsPage.vue') },
  { path: '/help/manual', name: 'manual', component: () => import('./features/portal/manual/ManualPage.vue') },
  { path: '/help/family', name: 'family', component: () => import('./features/portal/help/FamilyPage.vue') },
  { path: '/error', name: 'error', component: () => import('./features/portal/errors/ErrorPage.vue') },
  { path: '/:path(.*)*', name: 'not-found', component: NotFoundPage },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior(to, from, saved) {
    if (saved) return saved
    if (to.hash) return { el: to.hash }
    return to.path === from.path ? {} : { top: 0 }
  },
})

router.beforeEach(async to => {
  if (!to.meta.signedIn) return true
  await knowMe()
  return session.me ? true : { name: 'sign-in', query: { return_to: to.fullPath } }
})

// A new page takes the focus, as a page load would; a changed filter or step does not.
router.afterEach(async (to, from, failure) => {
  if (failure || !from.matched.length || to.path === from.path) return
  await nextTick()
  document.getElementById('main')?.focus({ preventScroll: true })
})

// A chunk that can't be fetched (line lost, or a newer version was put in place): load the page as a whole.
router.onError((_error, to) => {
  const tried = 'tb-reloaded'
  if (sessionStorage.getItem(tried) === to.fullPath) {
    void router.replace({ name: 'error' })
    return
  }
  sessionStorage.setItem(tried, to.fullPath)
  location.assign(to.fullPath)
})
