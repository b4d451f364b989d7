/** How a part of the panel reads and writes the chosen element. */
import { computed, type ComputedRef, type WritableComputedRef } from 'vue'
import { attribute, extensionsOf, type ExtensionKey, type Extensions, type Moddle } from '../../model/properties.ts'
import { useContext } from '../context.ts'

export function usePart(id: () => string) {
  const context = useContext()
  /** Read anew after every change; null for a moment when the element was just removed. */
  const bo: ComputedRef<Moddle | null> = computed(() => {
    void context.designer.version.value
    return context.designer.business(id()) ?? null
  })
  const ours = (name: string): WritableComputedRef<string> => computed({
    get: () => {
      void context.designer.version.value
      return bo.value ? attribute(bo.value, name) : ''
    },
    set: (value) => context.designer.set(id(), { [`tongban:${name}`]: value.trim() }),
  })
  function extension<K extends ExtensionKey>(key: K): WritableComputedRef<Extensions[K]> {
    return computed({
      get: () => {
        void context.designer.version.value
        return extensionsOf(bo.value ?? { extensionElements: undefined })[key]
      },
      set: (value) => context.designer.setExtension(id(), key, value),
    })
  }
  return { ...context, bo, ours, extension }
}

/** A list with one row changed, moved, removed: new lists, because the old one belongs to the undo history. */
export const changed = <T>(rows: readonly T[], at: number, part: Partial<T>): T[] => rows.map((row, i) => (i === at ? { ...row, ...part } : row))
export const without = <T>(rows: readonly T[], at: number): T[] => rows.filter((_, i) => i !== at)
export function moved<T>(rows: readonly T[], at: number, step: number): T[] {
  const list = [...rows]
  const [row] = list.splice(at, 1)
  if (row !== undefined) list.splice(Math.max(0, Math.min(list.length, at + step)), 0, row)
  return list
}
