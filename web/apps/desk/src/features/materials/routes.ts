/** Pages of kept papers: the centre, sources, grants to systems, proofs between bodies. */
import type { RouteRecordRaw } from 'vue-router'

export const materialRoutes: RouteRecordRaw[] = [
  { path: '/materials', name: 'materials', component: () => import('./MaterialsPage.vue'), meta: { title: 'materials' } },
  { path: '/materials/pulls', name: 'material-pulls', component: () => import('./PullsPage.vue'), meta: { title: 'materialPulls', rail: 'materials', permission: 'material.read' } },
  { path: '/materials/grants', name: 'material-grants', component: () => import('./GrantsPage.vue'), meta: { title: 'materialGrants', rail: 'materials', permission: 'material.grant' } },
  { path: '/materials/:id', name: 'material', component: () => import('./MaterialPage.vue'), props: true, meta: { title: 'material', rail: 'materials', permission: 'material.read' } },
  { path: '/proofs', name: 'proofs', component: () => import('./ProofsPage.vue'), meta: { title: 'proofs' } },
  { path: '/proofs/:id', name: 'proof', component: () => import('./ProofPage.vue'), props: true, meta: { title: 'proof', rail: 'proofs', permission: 'proof.read' } },
]
