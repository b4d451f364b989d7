import { onBeforeUnmount } from 'vue'

/**
 * Puts work off while a mouse button or finger is down, until its click has been dealt with.
 *
 * A press takes the focus from the field before it becomes a click. What moves the page in between (an error
 * that appears) carries the pressed control away from under the pointer, and the click is lost.
 */
export function useAfterPress(): (act: () => void) => void {
  let waiting: (() => void)[] = []
  let down = false
  let timer: ReturnType<typeof setTimeout> | undefined

  // The click comes in the same task as the release, or in one that is already waiting: afterwards is early enough.
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (down) return
      const acts = waiting
      waiting = []
      for (const act of acts) act()
    })
  }
  const press = () => { down = true }
  const release = () => {
    down = false
    later()
  }
  const ends = ['pointerup', 'pointercancel', 'dragend', 'keydown'] as const
  document.addEventListener('pointerdown', press, true)
  for (const end of ends) document.addEventListener(end, release, true)
  onBeforeUnmount(() => {
    clearTimeout(timer)
    document.removeEventListener('pointerdown', press, true)
    for (const end of ends) document.removeEventListener(end, release, true)
  })
  return (act) => {
    waiting.push(act)
    if (!down) later()
  }
}
