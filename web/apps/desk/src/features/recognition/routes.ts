/** Pages of card readers, mobile links, and entry from other systems. */
import type { RouteRecordRaw } from 'vue-router'

export const recognitionRoutes: RouteRecordRaw[] = [
  { path: '/mobile-links', name: 'mobileLinks', component: () => import('./mobile/LinksPage.vue'), meta: { title: 'mobileLinks' } },
  { path: '/card-devices', name: 'cardDevices', component: () => import('./devices/DevicesPage.vue'), meta: { title: 'cardDevices' } },
  { path: '/m/link', name: 'mobile-link', component: () => import('./mobile/LinkBackPage.vue'), meta: { title: 'mobileLink', rail: 'account' } },
  { path: '/m', name: 'mobile-entry', component: () => import('./entry/EntryPage.vue'), props: { by: 'mobile' }, meta: { title: 'entry', bare: true } },
  { path: '/enter', name: 'document-entry', component: () => import('./entry/EntryPage.vue'), props: { by: 'document' }, meta: { title: 'entry', bare: true } },
]
