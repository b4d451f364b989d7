/** Pages of what comes after and beside the decision. */
import type { RouteRecordRaw } from 'vue-router'

export const fulfilmentRoutes: RouteRecordRaw[] = [
  { path: '/fees', name: 'fees', component: () => import('./fee/FeesPage.vue'), meta: { title: 'fees' } },
  { path: '/fees/statements', name: 'fee-statements', component: () => import('./fee/StatementsPage.vue'), meta: { title: 'feeStatements', rail: 'fees', permission: 'fee.reconcile' } },
  { path: '/shipments', name: 'shipments', component: () => import('./shipments/ShipmentsPage.vue'), meta: { title: 'shipments' } },
  { path: '/shipments/archive', name: 'archive-shipment', component: () => import('./shipments/ArchivePage.vue'), meta: { title: 'archiveShipment', rail: 'shipments', permission: 'shipment.order' } },
  { path: '/shipments/:id', name: 'shipment', component: () => import('./shipments/ShipmentPage.vue'), props: true, meta: { title: 'shipment', rail: 'shipments', permission: 'shipment.read' } },
  { path: '/collections', name: 'collections', component: () => import('./collections/CollectionsPage.vue'), meta: { title: 'collections' } },
  { path: '/hand-overs', name: 'handOvers', component: () => import('./handovers/HandOversPage.vue'), meta: { title: 'handOvers' } },
  { path: '/hand-overs/receive', name: 'receive-hand-over', component: () => import('./handovers/ReceivePage.vue'), meta: { title: 'receiveHandOver', rail: 'handOvers', permission: 'hand_over.do' } },
  { path: '/hand-overs/:id', name: 'hand-over', component: () => import('./handovers/HandOverPage.vue'), props: true, meta: { title: 'handOver', rail: 'handOvers', permission: 'hand_over.read' } },
]
