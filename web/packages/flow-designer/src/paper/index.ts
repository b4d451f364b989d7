/// <reference path="../libraries.d.ts" />
/** Paper templates: text, placeholders, preview. */
export { default as PaperDesigner, type PreviewProblem } from './PaperDesigner.vue'
export type { Placeholder, PlaceholderGroup } from './placeholders.ts'
