/** Dragging with a mouse or pen. A finger scrolls; whoever touches moves with the buttons of the toolbar. */
import { onBeforeUnmount, ref } from 'vue'
import { describe } from '../describe/index.ts'
import type { Editor, Pane } from '../editor.ts'
import { node, placeBy, type NodeId, type Tree } from '../model/index.ts'

const THRESHOLD = 6
const EDGE = 48
const RIM = 14

/** Which side of the element the pointer is on. */
export function sideOf(box: { left: number; top: number; width: number; height: number }, x: number, y: number, holds: boolean, across: boolean): 'before' | 'after' | 'inside' {
  const at = across ? x - box.left : y - box.top
  const size = across ? box.width : box.height
  if (!holds) return at < size / 2 ? 'before' : 'after'
  const rim = Math.min(RIM, size / 4)
  return at < rim ? 'before' : at > size - rim ? 'after' : 'inside'
}

export function useDrag(editor: Editor) {
  const ghost = ref<{ x: number; y: number } | null>(null)
  let end: (() => void) | null = null

  function over(x: number, y: number, ids: readonly NodeId[], trees: readonly Tree[]) {
    const hit = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-pane="canvas"] [data-node]')
    if (!hit) return null
    const doc = editor.doc.value
    const id = Number(hit.dataset.node)
    if (!doc.nodes.has(id)) return null
    const one = node(doc, id)
    const parent = one.parent === null ? null : node(doc, one.parent)
    const side = id === doc.root ? 'inside' : sideOf(hit.getBoundingClientRect(), x, y, describe(one.type).holds !== undefined, parent?.type === 'columns')
    // What may not go inside goes beside it.
    return placeBy(doc, id, side, trees, ids) ?? (side === 'inside' ? placeBy(doc, id, 'after', trees, ids) : null)
  }

  function start(event: PointerEvent, pane: Pane, what: () => { ids: readonly NodeId[]; trees: readonly Tree[] }): void {
    if (event.button !== 0 || event.pointerType === 'touch' || editor.readonly || editor.carrying.value) return
    end?.()
    const [x0, y0] = [event.clientX, event.clientY]
    let dragging = false
    let frame = 0
    const scroller = () => document.querySelector<HTMLElement>('[data-pane="canvas"]')
    function scroll(y: number): void {
      cancelAnimationFrame(frame)
      const box = scroller()?.getBoundingClientRect()
      const by = box && y < box.top + EDGE ? -10 : box && y > box.bottom - EDGE ? 10 : 0
      if (!by) return
      frame = requestAnimationFrame(() => {
        scroller()?.scrollBy(0, by)
        scroll(y)
      })
    }
    const moved = (now: PointerEvent): void => {
      if (!dragging && Math.hypot(now.clientX - x0, now.clientY - y0) < THRESHOLD) return
      if (!dragging) {
        dragging = true
        editor.carrying.value = { ...what(), place: null, places: [], pane }
      }
      now.preventDefault()
      ghost.value = { x: now.clientX, y: now.clientY }
      const carrying = editor.carrying.value
      if (!carrying) return
      editor.carrying.value = { ...carrying, place: over(now.clientX, now.clientY, carrying.ids, carrying.trees) }
      scroll(now.clientY)
    }
    const stop = (): void => {
      cancelAnimationFrame(frame)
      ghost.value = null
      removeEventListener('pointermove', moved)
      removeEventListener('pointerup', up)
      removeEventListener('pointercancel', cancel)
      removeEventListener('keydown', escape, true)
      end = null
    }
    const up = (): void => {
      stop()
      if (!dragging) return
      // The click that ends a drag chooses nothing.
      addEventListener('click', swallow, { capture: true, once: true })
      setTimeout(() => removeEventListener('click', swallow, true))
      editor.carry.drop()
    }
    const cancel = (): void => {
      stop()
      if (dragging) editor.carry.cancel()
    }
    const escape = (pressed: KeyboardEvent): void => {
      if (pressed.key === 'Escape' && dragging) cancel()
    }
    addEventListener('pointermove', moved)
    addEventListener('pointerup', up)
    addEventListener('pointercancel', cancel)
    addEventListener('keydown', escape, true)
    end = stop
  }
  onBeforeUnmount(() => end?.())
  return { ghost, start }
}

function swallow(event: Event): void {
  event.preventDefault()
  event.stopPropagation()
}
