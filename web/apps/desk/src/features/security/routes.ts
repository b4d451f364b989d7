import type { RouteRecordRaw } from 'vue-router'

/** Pages of audit, risks, keys and data protection. */
export const securityRoutes: RouteRecordRaw[] = []
