/** Pages of what stays of cases: library, archivable files, earlier cases. */
import type { RouteRecordRaw } from 'vue-router'

export const archiveRoutes: RouteRecordRaw[] = [
  { path: '/library', name: 'library', component: () => import('./library/LibraryPage.vue'), meta: { title: 'library' } },
  { path: '/library/earlier', name: 'earlier', component: () => import('./legacy/EarlierPage.vue'), meta: { title: 'earlier', rail: 'library', permission: 'library.read' } },
  { path: '/library/:id', name: 'library-case', component: () => import('./library/RecordPage.vue'), props: true, meta: { title: 'libraryCase', rail: 'library', permission: 'library.read' } },
  { path: '/archive', name: 'archive', component: () => import('./sets/SetsPage.vue'), meta: { title: 'archive' } },
  { path: '/archive/:id', name: 'archive-set', component: () => import('./sets/SetPage.vue'), props: true, meta: { title: 'archive', rail: 'archive', permission: 'archive.read' } },
  { path: '/legacy', name: 'legacy', component: () => import('./legacy/LegacyPage.vue'), meta: { title: 'legacy' } },
  { path: '/legacy/:id', name: 'legacy-run', component: () => import('./legacy/RunPage.vue'), props: true, meta: { title: 'legacy', rail: 'legacy', permission: 'legacy.read' } },
]
