import { asProblem, type ApiProblem } from '@tongban/api'
import { onBeforeUnmount, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Loaded<T> {
  data: ShallowRef<T | null>
  problem: ShallowRef<ApiProblem | null>
  /** True 300 ms after a first load began: time to show grey lines. */
  slow: Ref<boolean>
  busy: Ref<boolean>
  load: () => Promise<void>
}

/** Fetches for a page part: old data stays while it is fetched again, a late answer never replaces a newer one. */
export function useLoad<T>(fetch: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const slow = ref(false)
  const busy = ref(false)
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<void> {
    const mine = ++turn
    busy.value = true
    clearTimeout(timer)
    timer = setTimeout(() => { slow.value = true }, 300)
    try {
      const answer = await fetch()
      if (mine !== turn) return
      data.value = answer
      problem.value = null
    } catch (thrown) {
      if (mine !== turn) return
      const found = asProblem(thrown)
      if (found.code !== 'aborted') problem.value = found
    } finally {
      if (mine === turn) {
        clearTimeout(timer)
        slow.value = false
        busy.value = false
      }
    }
  }
  onBeforeUnmount(() => {
    turn++
    clearTimeout(timer)
  })
  return { data, problem, slow, busy, load }
}

/** The sentence to show for a failed call. */
export function sentence(problem: ApiProblem | null): string | null {
  if (!problem) return null
  if (!problem.detail) return problem.title
  return `${problem.title}${/[。？]$/.test(problem.title) ? '' : '。'}${problem.detail}`
}
