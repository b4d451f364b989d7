/** Pages of the business tables: defining them, their rows, their reports. */
import type { RouteRecordRaw } from 'vue-router'

const use = { permission: 'table.use' } as const

export const tableRoutes: RouteRecordRaw[] = [
  { path: '/table-definitions', name: 'tables', component: () => import('./define/TablesPage.vue'), meta: { title: 'tables' } },
  { path: '/table-definitions/:table', name: 'table-definition', component: () => import('./define/BuilderPage.vue'), props: true, meta: { title: 'tableDefinition', rail: 'tables', permission: 'table.design' } },
  { path: '/table-outputs', name: 'table-outputs', component: () => import('./reports/OutputsPage.vue'), meta: { title: 'tableOutputs', ...use } },
  { path: '/tables/:table', name: 'table', component: () => import('./rows/RowsPage.vue'), props: true, meta: { title: 'table', ...use } },
  { path: '/tables/:table/new', name: 'table-enter', component: () => import('./rows/RowFormPage.vue'), props: true, meta: { title: 'tableRow', ...use } },
  { path: '/tables/:table/import', name: 'table-import', component: () => import('./rows/ImportPage.vue'), props: true, meta: { title: 'tableImport', ...use } },
  { path: '/tables/:table/rows/:id', name: 'table-row', component: () => import('./rows/RowPage.vue'), props: true, meta: { title: 'tableRow', ...use } },
  { path: '/tables/:table/rows/:id/change', name: 'table-change', component: () => import('./rows/RowFormPage.vue'), props: true, meta: { title: 'tableRow', ...use } },
  { path: '/tables/:table/reports', name: 'table-reports', component: () => import('./reports/ReportsPage.vue'), props: true, meta: { title: 'tableReports', ...use } },
  { path: '/tables/:table/reports/new', name: 'table-report-new', component: () => import('./reports/ReportPage.vue'), props: true, meta: { title: 'tableReport', ...use } },
  { path: '/tables/:table/reports/:id', name: 'table-report', component: () => import('./reports/ReportPage.vue'), props: true, meta: { title: 'tableReport', ...use } },
]
