/** What the canvas shares with its items. */
import { inject, provide, type InjectionKey } from 'vue'
import type { useDrag } from './drag.ts'
import type { useGrips } from './grips.ts'

export interface Canvas {
  start: ReturnType<typeof useDrag>['start']
  key: ReturnType<typeof useGrips>['key']
  choose: ReturnType<typeof useGrips>['choose']
}
const canvasKey: InjectionKey<Canvas> = Symbol('canvas')
export const provideCanvas = (canvas: Canvas): void => provide(canvasKey, canvas)
export function useCanvas(): Canvas {
  const canvas = inject(canvasKey)
  if (!canvas) throw new Error('a component stands outside the canvas')
  return canvas
}
