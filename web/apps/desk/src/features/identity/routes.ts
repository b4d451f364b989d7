/** Pages of organisations, staff, roles, access and the own account. */
import type { RouteRecordRaw } from 'vue-router'

export const identityRoutes: RouteRecordRaw[] = [
  { path: '/orgs', name: 'orgs', component: () => import('./orgs/OrgsPage.vue'), meta: { title: 'orgs' } },
  { path: '/orgs/new', name: 'new-org', component: () => import('./orgs/OrgForm.vue'), meta: { title: 'newOrg', rail: 'orgs', permission: 'org.edit' } },
  { path: '/orgs/:id', name: 'org', component: () => import('./orgs/OrgPage.vue'), props: true, meta: { title: 'org', rail: 'orgs', permission: 'org.read' } },
  { path: '/orgs/:id/edit', name: 'edit-org', component: () => import('./orgs/OrgForm.vue'), props: true, meta: { title: 'editOrg', rail: 'orgs', permission: 'org.edit' } },
  { path: '/staff', name: 'staff', component: () => import('./staff/StaffPage.vue'), meta: { title: 'staff' } },
  { path: '/staff/new', name: 'new-person', component: () => import('./staff/PersonForm.vue'), meta: { title: 'newPerson', rail: 'staff', permission: 'staff.edit' } },
  { path: '/staff/import', name: 'import-staff', component: () => import('./staff/ImportPage.vue'), meta: { title: 'importStaff', rail: 'staff', permission: 'staff.edit' } },
  { path: '/staff/:id', name: 'person', component: () => import('./staff/PersonPage.vue'), props: true, meta: { title: 'person', rail: 'staff', permission: 'staff.read' } },
  { path: '/staff/:id/edit', name: 'edit-person', component: () => import('./staff/PersonForm.vue'), props: true, meta: { title: 'editPerson', rail: 'staff', permission: 'staff.edit' } },
  { path: '/roles', name: 'roles', component: () => import('./roles/RolesPage.vue'), meta: { title: 'roles' } },
  { path: '/roles/new', name: 'new-role', component: () => import('./roles/RoleForm.vue'), meta: { title: 'newRole', rail: 'roles', permission: 'role.edit' } },
  { path: '/roles/:id', name: 'role', component: () => import('./roles/RolePage.vue'), props: true, meta: { title: 'role', rail: 'roles', permission: 'role.read' } },
  { path: '/roles/:id/edit', name: 'edit-role', component: () => import('./roles/RoleForm.vue'), props: true, meta: { title: 'editRole', rail: 'roles', permission: 'role.edit' } },
  { path: '/access', name: 'access', component: () => import('./access/PoliciesPage.vue'), meta: { title: 'access' } },
  { path: '/access/cross-region', name: 'crossRegion', component: () => import('./access/CrossRegionPage.vue'), meta: { title: 'crossRegion', rail: 'access', permission: 'cross_region.read' } },
  { path: '/migration', name: 'migration', component: () => import('./migration/MigrationPage.vue'), meta: { title: 'migration' } },
  { path: '/account', name: 'account', component: () => import('./account/AccountPage.vue'), meta: { title: 'account' } },
  { path: '/account/sign-ins', name: 'sign-ins', component: () => import('./account/SignInsPage.vue'), meta: { title: 'signIns', rail: 'account' } },
  { path: '/change-password', name: 'forced-password', component: () => import('./sign-in/ForcedPage.vue'), meta: { title: 'forcedPassword', bare: true } },
  { path: '/real-names', name: 'realNames', component: () => import('./real-names/ReviewsPage.vue'), meta: { title: 'realNames' } },
  { path: '/sign-in-figures', name: 'signInFigures', component: () => import('./figures/FiguresPage.vue'), meta: { title: 'signInFigures' } },
]
