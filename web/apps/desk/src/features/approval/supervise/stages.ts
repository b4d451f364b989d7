import type { SupervisionStage } from '@tongban/api'

/** How far an order has come, in its order. */
export const STAGES: readonly SupervisionStage[] = ['issued', 'signed', 'answered', 'closed']
/** Waiting for somebody is marked, closed is not. */
export const look = (stage: SupervisionStage): 'warn' | 'doing' | 'ok' | 'off' => ({ issued: 'warn', signed: 'doing', answered: 'ok', closed: 'off' } as const)[stage]
