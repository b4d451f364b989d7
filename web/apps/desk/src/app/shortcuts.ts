import { onBeforeUnmount, onMounted, reactive, ref } from 'vue'

/** One key or a sequence of two (`g h`), what it does in words, and doing it. */
export interface Shortcut { keys: string; label: () => string; run: () => void }

const OFF = 'tongban.desk.shortcuts.off'
const SEQUENCE_MS = 1_200

/** All shortcuts of the page that is open; the help dialog lists them. */
export const active: Shortcut[] = reactive([])
/** Single keys can be switched off: speech input and slips of the hand would fire them (WCAG 2.1.4). */
export const enabled = ref(localStorage.getItem(OFF) !== '1')

export function setEnabled(on: boolean): void {
  enabled.value = on
  if (on) localStorage.removeItem(OFF)
  else localStorage.setItem(OFF, '1')
}

let held = ''
let heldAt = 0

/** Finds what a key press means, given the key pressed just before. */
export function match(key: string, before: string, list: readonly Shortcut[]): Shortcut | 'wait' | null {
  const both = before ? `${before} ${key}` : key
  const found = list.find((shortcut) => shortcut.keys === both) ?? list.find((shortcut) => shortcut.keys === key)
  if (found) return found
  return list.some((shortcut) => shortcut.keys.startsWith(`${key} `)) ? 'wait' : null
}

function busyElsewhere(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true
  const target = event.target as HTMLElement | null
  if (target?.isContentEditable) return true
  // A radio or checkbox takes arrows and space only, letters pass.
  if (target instanceof HTMLInputElement && !['radio', 'checkbox', 'button', 'submit'].includes(target.type)) return true
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  return document.querySelector('dialog[open]') !== null
}

export function onKey(event: KeyboardEvent): void {
  if (!enabled.value || busyElsewhere(event)) return
  const before = Date.now() - heldAt < SEQUENCE_MS ? held : ''
  const found = match(event.key, before, active)
  held = ''
  if (found === null) return
  event.preventDefault()
  if (found === 'wait') {
    held = event.key
    heldAt = Date.now()
  } else {
    found.run()
  }
}

/** Offers `shortcuts` while the component is on screen. */
export function useShortcuts(shortcuts: Shortcut[]): void {
  onMounted(() => active.push(...shortcuts))
  onBeforeUnmount(() => {
    for (const shortcut of shortcuts) {
      const at = active.findIndex((each) => each.label === shortcut.label && each.keys === shortcut.keys)
      if (at >= 0) active.splice(at, 1)
    }
  })
}
