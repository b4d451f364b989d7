/** Pages of audit, risks, keys, data protection, personal data, logs and transfer. */
import type { RouteRecordRaw } from 'vue-router'

export const securityRoutes: RouteRecordRaw[] = [
  { path: '/audit', name: 'audit', component: () => import('./audit/AuditPage.vue'), meta: { title: 'audit' } },
  { path: '/audit/chain', name: 'audit-chain', component: () => import('./audit/ChainPage.vue'), meta: { title: 'auditChain', rail: 'audit', permission: 'audit.read' } },
  { path: '/audit/:id', name: 'audit-entry', component: () => import('./audit/EntryPage.vue'), props: true, meta: { title: 'auditEntry', rail: 'audit', permission: 'audit.read' } },
  { path: '/risks', name: 'risks', component: () => import('./risks/RisksPage.vue'), meta: { title: 'risks' } },
  { path: '/risks/:id', name: 'risk', component: () => import('./risks/RiskPage.vue'), props: true, meta: { title: 'risk', rail: 'risks', permission: 'risk.read' } },
  { path: '/protection', name: 'protection', component: () => import('./protection/SelfCheckPage.vue'), meta: { title: 'protection' } },
  { path: '/protection/fields', name: 'fields', component: () => import('./protection/FieldsPage.vue'), meta: { title: 'fields', permission: 'protection.read' } },
  { path: '/protection/discovery', name: 'discovery', component: () => import('./protection/DiscoveryPage.vue'), meta: { title: 'discovery', rail: 'fields', permission: 'protection.read' } },
  { path: '/protection/copies', name: 'copies', component: () => import('./protection/CopiesPage.vue'), meta: { title: 'copies', permission: 'protection.read' } },
  { path: '/protection/copies/:id', name: 'copy', component: () => import('./protection/CopyPage.vue'), props: true, meta: { title: 'copy', rail: 'copies', permission: 'protection.read' } },
  { path: '/protection/grades', name: 'grades', component: () => import('./protection/GradesPage.vue'), meta: { title: 'grades', rail: 'fields', permission: 'protection.read' } },
  { path: '/protection/cryptography', name: 'cryptography', component: () => import('./protection/CryptographyPage.vue'), meta: { title: 'cryptography', rail: 'protection', permission: 'protection.read' } },
  { path: '/keys', name: 'keys', component: () => import('./keys/KeysPage.vue'), meta: { title: 'keys' } },
  { path: '/privacy', name: 'privacy', component: () => import('./privacy/PrivacyPage.vue'), meta: { title: 'privacy' } },
  { path: '/privacy/:id', name: 'privacy-request', component: () => import('./privacy/RequestPage.vue'), props: true, meta: { title: 'privacyRequest', rail: 'privacy', permission: 'privacy.answer' } },
  { path: '/logs', name: 'logs', component: () => import('./logs/LogsPage.vue'), meta: { title: 'logs' } },
  { path: '/transfer', name: 'transfer', component: () => import('./transfer/TransferPage.vue'), meta: { title: 'transfer' } },
]
