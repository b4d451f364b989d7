/** The form designer: `createEditor` (what is edited) and `FormDesigner` (its page). The pure model is `./model`; see README.md. */
export { createEditor, type Editor } from './editor.ts'
export type { DesignerContext, Named, ServerJudgement, Source } from './context.ts'
export { docOf, emptyForm, formOf, read, textOf, fieldOf, hints, type Doc, type Finding, type SharedField } from './model/index.ts'
export { describe, offered } from './describe/index.ts'
export { default as FormDesigner } from './view/FormDesigner.vue'
export { default as FormTryout } from './view/FormTryout.vue'
export { default as PreviewBody } from './view/PreviewBody.vue'
