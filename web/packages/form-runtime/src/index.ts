/** Forms in the browser: `evaluate` (pure) and its Vue renderer `FormView`. The server's engine is the authority. Start with evaluate.ts. */
export * from './schema.ts'
export { evaluate, type Evaluation } from './evaluate.ts'
export { feel } from './feel.ts'
export { controlId, display } from './display.ts'
export { default as FormView } from './view/FormView.vue'
export { default as FormSummary } from './view/FormSummary.vue'
export type { Region, RegionSource } from './view/state.ts'
export { regionName } from './region.ts'
