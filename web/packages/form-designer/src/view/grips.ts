/**
 * Keys on a component, the same on the canvas and in the tree: arrows choose, Space picks up and puts down,
 * Enter leads to its properties. While something is carried, arrows carry it.
 */
import { describe } from '../describe/index.ts'
import { node, type NodeId } from '../model/index.ts'
import type { Editor, Pane } from '../editor.ts'

export const PROPERTIES_ID = 'fd-properties'

export function useGrips(editor: Editor, pane: Pane) {
  function choose(id: NodeId, event?: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): void {
    const now = editor.selection.value
    if (event && (event.ctrlKey || event.metaKey)) editor.select(now.includes(id) ? now.filter((each) => each !== id) : [...now, id])
    else if (event?.shiftKey && now.length) {
      const order = editor.order(pane)
      const [from, to] = [order.indexOf(now[0] as NodeId), order.indexOf(id)].sort((a, b) => a - b) as [number, number]
      const range = order.slice(from, to + 1).filter((each) => each !== editor.doc.value.root)
      // The first stays first: it is where the range began.
      editor.select(now[0] === range[0] ? range : range.reverse())
    } else editor.select([id])
  }
  function go(to: NodeId | undefined, event: KeyboardEvent): void {
    if (to === undefined) return
    choose(to, event.shiftKey ? event : undefined)
    editor.focus(to, pane)
  }

  function carried(event: KeyboardEvent): boolean {
    const { carry } = editor
    const act = { ArrowUp: carry.up, ArrowDown: carry.down, ArrowRight: carry.into, ArrowLeft: carry.out, Home: carry.first, End: carry.last, Enter: carry.drop, ' ': carry.drop, Escape: carry.cancel, Tab: carry.cancel }[event.key]
    act?.()
    return act !== undefined && event.key !== 'Tab'
  }

  function key(event: KeyboardEvent, id: NodeId): void {
    if (handled(event, id)) {
      event.preventDefault()
      event.stopPropagation()
    }
  }
  function handled(event: KeyboardEvent, id: NodeId): boolean {
    if (editor.carrying.value?.places.length) return carried(event)
    const order = editor.order(pane)
    const at = order.indexOf(id)
    const command = event.ctrlKey || event.metaKey
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      editor.nudge(event.key === 'ArrowUp' ? -1 : 1)
      editor.focus(id, pane)
      return true
    }
    if (command && event.key.toLowerCase() === 'd') {
      editor.duplicate()
      editor.focus(editor.current.value, pane)
      return true
    }
    if (command || event.altKey) return false
    switch (event.key) {
      case 'ArrowUp': go(order[at - 1], event); return true
      case 'ArrowDown': go(order[at + 1], event); return true
      case 'Home': go(order[0], event); return true
      case 'End': go(order.at(-1), event); return true
      case ' ':
        if (!editor.selection.value.includes(id)) choose(id)
        editor.pickUp(pane)
        return true
      case 'Enter':
      case 'F2':
        choose(id)
        document.getElementById(PROPERTIES_ID)?.focus()
        return true
      case 'Delete':
      case 'Backspace':
        if (!editor.selection.value.includes(id)) choose(id)
        editor.removeSelected(pane)
        return true
      case 'ArrowRight':
      case 'ArrowLeft': return pane === 'tree' && sideways(event, id)
      default: return pane === 'tree' && event.key.length === 1 && typed(event.key, order, at)
    }
  }
  function sideways(event: KeyboardEvent, id: NodeId): boolean {
    const one = node(editor.doc.value, id)
    const holds = describe(one.type).holds !== undefined && one.children.length > 0
    const closed = editor.folded.value.has(id)
    if (event.key === 'ArrowRight') {
      if (holds && closed) editor.fold(id, false)
      else go(one.children[0], event)
    } else if (holds && !closed) editor.fold(id, true)
    else if (one.parent !== null) go(one.parent, event)
    return true
  }
  /** Letters lead to the next component whose name begins so. */
  function typed(letter: string, order: readonly NodeId[], at: number): boolean {
    const name = (id: NodeId) => String(node(editor.doc.value, id).props.label ?? node(editor.doc.value, id).props.title ?? '')
    const to = [...order.slice(at + 1), ...order.slice(0, at + 1)].find((id) => name(id).toLowerCase().startsWith(letter.toLowerCase()))
    if (to === undefined) return false
    editor.select([to])
    editor.focus(to, pane)
    return true
  }
  return { key, choose }
}
