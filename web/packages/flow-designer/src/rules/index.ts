/// <reference path="../libraries.d.ts" />
/** Decision tables with their bindings and test bench. Heavy: fetch it with the page that shows it. */
export { default as RulesDesigner } from './RulesDesigner.vue'
export type { Verdict } from './TestBench.vue'
