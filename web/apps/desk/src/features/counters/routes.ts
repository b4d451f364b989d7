/** Pages of the counters: acceptance, city-wide and instant items, their figures; the way to all settings. */
import type { RouteRecordRaw } from 'vue-router'

export const counterRoutes: RouteRecordRaw[] = [
  { path: '/accepting', name: 'accepting', component: () => import('./accepting/AcceptingPage.vue'), meta: { title: 'accepting' } },
  { path: '/tickets', name: 'hallTickets', component: () => import('./tickets/TicketsPage.vue'), meta: { title: 'hallTickets' } },
  { path: '/tickets/:id', name: 'hall-ticket', component: () => import('./tickets/TicketPage.vue'), props: true, meta: { title: 'hallTickets', rail: 'hallTickets', permission: 'ticket.read' } },
  { path: '/instant', name: 'instant', component: () => import('./instant/InstantPage.vue'), meta: { title: 'instant' } },
  { path: '/instant-items', name: 'instantItems', component: () => import('./instant/InstantItemsPage.vue'), meta: { title: 'instantItems', rail: 'settings', permission: 'instant.read' } },
  { path: '/instant-figures', name: 'instantFigures', component: () => import('./instant/InstantFiguresPage.vue'), meta: { title: 'instantFigures' } },
  { path: '/citywide', name: 'cityWide', component: () => import('./citywide/CityWidePage.vue'), meta: { title: 'cityWide', rail: 'settings', permission: 'citywide.read' } },
  { path: '/citywide/:slug/edit', name: 'edit-citywide', component: () => import('./citywide/CityWideForm.vue'), props: true, meta: { title: 'cityWide', rail: 'settings', permission: 'citywide.edit' } },
  { path: '/citywide-figures', name: 'cityWideFigures', component: () => import('./citywide/FiguresPage.vue'), meta: { title: 'cityWideFigures' } },
  { path: '/case-figures', name: 'caseFigures', component: () => import('./figures/CaseFiguresPage.vue'), meta: { title: 'caseFigures' } },
  { path: '/settings', name: 'settings', component: () => import('./settings/SettingsPage.vue'), meta: { title: 'settings' } },
  { path: '/settings/regions', name: 'regions', component: () => import('./settings/RegionsPage.vue'), meta: { title: 'regions', rail: 'settings', permission: 'org.read' } },
]
