/** A flow to look at: its shapes, its steps in order, a picture with figures. Without the modeller. */
export { default as FlowPicture, type PictureMark } from './FlowPicture.vue'
export { drawingOf, type Drawing } from './read.ts'
