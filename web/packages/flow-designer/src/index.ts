/// <reference path="./libraries.d.ts" />
/** The flow designer. Heavy: fetch it with the page that shows it. Start at `view/FlowDesigner.vue`; tables stand in `./rules`. */
export { default as FlowDesigner } from './view/FlowDesigner.vue'
export { default as FindingsPanel } from './view/FindingsPanel.vue'
export { default as FeelField } from './feel/FeelField.vue'
export { topNames, type CheckExpression, type ExpressionCheck, type FeelName } from './feel/names.ts'
export { emptyFlow } from './model/diagram.ts'
export type * from './model/types.ts'
