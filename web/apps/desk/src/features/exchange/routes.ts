import type { RouteRecordRaw } from 'vue-router'

/** Pages of connected systems and the ledger of what went in and out. */
export const exchangeRoutes: RouteRecordRaw[] = []
