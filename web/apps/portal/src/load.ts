import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { asProblem, type ApiProblem } from '@tongban/api'

const SLOW = 300

export interface Load<T> {
  data: ShallowRef<T | undefined>
  problem: ShallowRef<ApiProblem | null>
  /** True after 300 ms of waiting: only then are grey lines shown. */
  slow: Ref<boolean>
  reload(): Promise<void>
}

/** Fetches what a page shows. Old content stays while it is fetched again; a late answer to an old question is dropped. */
export function useLoad<T>(fetch: (signal: AbortSignal) => Promise<T>, now = true): Load<T> {
  const data = shallowRef<T>()
  const problem = shallowRef<ApiProblem | null>(null)
  const slow = ref(false)
  let abort = new AbortController()

  async function reload(): Promise<void> {
    abort.abort()
    const mine = (abort = new AbortController())
    const timer = setTimeout(() => { slow.value = true }, SLOW)
    try {
      const answer = await fetch(mine.signal)
      if (mine.signal.aborted) return
      data.value = answer
      problem.value = null
    } catch (e) {
      if (!mine.signal.aborted) problem.value = asProblem(e)
    } finally {
      clearTimeout(timer)
      if (!mine.signal.aborted) slow.value = false
    }
  }
  onScopeDispose(() => abort.abort())
  if (now) void reload()
  return { data, problem, slow, reload }
}
