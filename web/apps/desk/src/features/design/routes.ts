/** Pages of the design library: the list of all kinds, one definition, the form designer, the shared fields. */
import type { RouteRecordRaw } from 'vue-router'

const page = { rail: 'design', permission: 'design.read' } as const

export const designRoutes: RouteRecordRaw[] = [
  { path: '/design', name: 'design', component: () => import('./library/LibraryPage.vue'), meta: { title: 'design' } },
  { path: '/design/fields', name: 'design-fields', component: () => import('./fields/FieldsPage.vue'), meta: { title: 'designFields', ...page } },
  { path: '/design/bindings', name: 'design-bindings', component: () => import('./rules/BindingsPage.vue'), meta: { title: 'designBindings', ...page } },
  { path: '/design/definitions/:id', name: 'design-definition', component: () => import('./library/DefinitionPage.vue'), props: true, meta: { title: 'designDefinition', ...page } },
  { path: '/design/forms/:id', name: 'design-form', component: () => import('./form/FormPage.vue'), props: true, meta: { title: 'designForm', slim: true, ...page } },
  { path: '/design/definitions/:id/data-items', name: 'design-data-items', component: () => import('./form/DataItemsPage.vue'), props: true, meta: { title: 'designDataItems', ...page } },
  // Stands in a frame of the designer and shows nothing until it is told what.
  { path: '/design/preview', name: 'design-preview', component: () => import('./form/PreviewPage.vue'), meta: { title: 'designPreview', bare: true } },
]
