import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Cursors of pages already seen, by address without the page: the way back, which keyset paging does not give. */
const seen = new Map<string, string>()

export interface CursorPages {
  page: ComputedRef<number>
  cursor: ComputedRef<string | undefined>
  previous: () => void
  next: (cursor: string | null) => void
}

/** Keyset paging kept in the address (`page`, `cursor`), so that a page can be reloaded or shared. */
export function useCursor(): CursorPages {
  const route = useRoute()
  const router = useRouter()
  const page = computed(() => Math.max(1, Number(route.query.page ?? 1) || 1))
  const cursor = computed(() => (route.query.cursor ? String(route.query.cursor) : undefined))

  function place(n: number): string {
    const { page: _page, cursor: _cursor, ...filters } = route.query
    return `${route.path}?${JSON.stringify(filters)}#${n}`
  }
  function go(n: number, at: string | undefined): void {
    const { page: _page, cursor: _cursor, ...filters } = route.query
    void router.push({ query: n > 1 && at ? { ...filters, page: String(n), cursor: at } : filters })
  }
  return {
    page,
    cursor,
    previous: () => go(page.value - 1, seen.get(place(page.value - 1))),
    next: (at) => {
      if (!at) return
      if (cursor.value) seen.set(place(page.value), cursor.value)
      seen.set(place(page.value + 1), at)
      go(page.value + 1, at)
    },
  }
}
