import { listen } from '@tongban/api'
import { onBeforeUnmount, onMounted, ref } from 'vue'

/**
 * Calls `changed` when the server says so, at most once a second: a busy hall would otherwise make
 * every open list fetch again for each single case.
 */
export function useLive(address: () => string, event: string, changed: (data: unknown) => void) {
  const connected = ref(false)
  let stop: (() => void) | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let last: unknown

  function start(): void {
    stop?.()
    stop = listen(address(), {
      [event]: (data) => {
        last = data
        timer ??= setTimeout(() => {
          timer = undefined
          changed(last)
        }, 1_000)
      },
    }, { onState: (on) => { connected.value = on } })
  }
  onMounted(start)
  onBeforeUnmount(() => {
    stop?.()
    clearTimeout(timer)
  })
  return { connected, restart: start }
}
