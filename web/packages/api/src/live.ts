/** Live updates by server-sent events. A page listens, then loads again what has changed. */

export interface LiveOptions {
  /** True while connected; a page may then show 实时 beside its data time. */
  onState?: (connected: boolean) => void
  /** For tests. */
  source?: (address: string) => EventSource
}

/**
 * Listens to `address` and calls the handler named like the event with its JSON data.
 * Reconnects by itself: the browser after a lost line, this function after a refused one, with
 * growing pauses up to a minute. Returns the way to stop.
 */
export function listen(
  address: string,
  handlers: Record<string, (data: unknown) => void>,
  options: LiveOptions = {},
): () => void {
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let pause = 2_000
  let stopped = false

  const open = () => {
    if (stopped) return
    source = options.source ? options.source(address) : new EventSource(address)
    source.onopen = () => {
      pause = 2_000
      options.onState?.(true)
    }
    source.onerror = () => {
      options.onState?.(false)
      if (source?.readyState !== 2) return
      source.close()
      timer = setTimeout(open, pause)
      pause = Math.min(pause * 2, 60_000)
    }
    for (const [name, handler] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handler(read((event as MessageEvent<string>).data)))
    }
  }
  open()
  return () => {
    stopped = true
    clearTimeout(timer)
    source?.close()
  }
}

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
