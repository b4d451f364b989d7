/** The order in which a reader meets the elements of a flow: for the outline beside the drawing. */
export interface Ordered { id: string; next: string[] }

/** Depth-first finishing order, turned round: every element after all that lead to it, loops aside; then the rest. */
export function readingOrder(nodes: readonly Ordered[], starts: readonly string[]): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const seen = new Set<string>()
  const walk = (start: string): string[] => {
    if (seen.has(start) || !byId.has(start)) return []
    const finished: string[] = []
    seen.add(start)
    const stack = [{ id: start, left: [...(byId.get(start)?.next ?? [])] }]
    while (stack.length) {
      const top = stack[stack.length - 1] as { id: string; left: string[] }
      // Branches are walked last first: turned round, the first branch then stands first.
      const next = top.left.pop()
      if (next === undefined) {
        finished.push(top.id)
        stack.pop()
      } else if (!seen.has(next) && byId.has(next)) {
        seen.add(next)
        stack.push({ id: next, left: [...(byId.get(next)?.next ?? [])] })
      }
    }
    return finished
  }
  const reached = starts.map(walk).reduce<string[]>((all, part) => [...part, ...all], []).reverse()
  return [...reached, ...nodes.map((node) => node.id).filter((id) => !seen.has(id))]
}
