/** Changes of a document. Each gives a new document and shares what did not change. */
import { describe, isKnown, mayHold, type NodeType, type Props } from '../describe/index.ts'
import { around, below, extract, isInside, node, plant, type Doc, type Node, type NodeId, type Tree } from './doc.ts'

type Draft = Map<NodeId, Node>
const put = (nodes: Draft, id: NodeId, change: Partial<Node>): void => {
  const now = nodes.get(id)
  if (now) nodes.set(id, { ...now, ...change })
}

/** Whether `tree` and everything in it may stand inside `parent`. */
export function fits(doc: Doc, parent: NodeId, tree: Tree): boolean {
  const above = around(doc, parent).map((each) => each.type)
  return fitsIn(node(doc, parent).type, tree, above)
}
function fitsIn(parent: NodeType, tree: Tree, above: readonly NodeType[]): boolean {
  if (!mayHold(parent, tree.type, above)) return false
  // What this version does not know keeps what it holds, as it came.
  return !isKnown(tree.type) || tree.children.every((child) => fitsIn(tree.type, child, [parent, ...above]))
}

export function insert(doc: Doc, parent: NodeId, index: number, ...trees: readonly Tree[]): { doc: Doc; ids: NodeId[] } {
  const nodes: Draft = new Map(doc.nodes)
  const ids: NodeId[] = []
  let next = doc.next
  for (const tree of trees) {
    ids.push(next)
    next = plant(nodes, tree, parent, next)
  }
  const children = [...node(doc, parent).children]
  children.splice(Math.max(0, Math.min(index, children.length)), 0, ...ids)
  put(nodes, parent, { children })
  return { doc: { ...doc, nodes, next }, ids }
}

export function remove(doc: Doc, ids: readonly NodeId[]): Doc {
  const nodes: Draft = new Map(doc.nodes)
  for (const id of tops(doc, ids)) {
    const { parent } = node(doc, id)
    if (parent === null) continue
    put(nodes, parent, { children: (nodes.get(parent)?.children ?? []).filter((child) => child !== id) })
    for (const inner of below(doc, id)) nodes.delete(inner.id)
    nodes.delete(id)
  }
  return { ...doc, nodes }
}

/** Where something may be put: before the child `index`, counted without what is being moved. */
export interface Place { readonly parent: NodeId; readonly index: number }

/** Moves nodes together, in page order. Gives the same document when they may not go there. */
export function move(doc: Doc, ids: readonly NodeId[], to: Place): Doc {
  const moved = tops(doc, ids)
  if (!moved.length || moved.some((id) => isInside(doc, to.parent, id) || !fits(doc, to.parent, extract(doc, id)))) return doc
  const nodes: Draft = new Map(doc.nodes)
  for (const id of moved) {
    const { parent } = node(doc, id)
    if (parent !== null) put(nodes, parent, { children: (nodes.get(parent)?.children ?? []).filter((child) => child !== id) })
  }
  const children = [...(nodes.get(to.parent)?.children ?? [])]
  children.splice(Math.max(0, Math.min(to.index, children.length)), 0, ...moved)
  put(nodes, to.parent, { children })
  for (const id of moved) put(nodes, id, { parent: to.parent })
  return { ...doc, nodes }
}

/** Sets members; `undefined` leaves a member out. */
export function setProps(doc: Doc, id: NodeId, change: Props): Doc {
  const props: Record<string, unknown> = { ...node(doc, id).props }
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined) delete props[key]
    else props[key] = value
  }
  const nodes: Draft = new Map(doc.nodes)
  put(nodes, id, { props })
  return { ...doc, nodes }
}

/** Turns a field into another type of the same kind: keeps what the new type knows too. */
export function retype(doc: Doc, id: NodeId, type: NodeType): Doc {
  const before = node(doc, id)
  const known = new Set(['key', ...describe(type).properties.map((each) => each.key)])
  const kept = Object.fromEntries(Object.entries(before.props).filter(([key]) => known.has(key)))
  const nodes: Draft = new Map(doc.nodes)
  put(nodes, id, { type, props: { ...describe(type).starts, ...kept } })
  return { ...doc, nodes }
}

/** The outermost of `ids`, in page order. */
export function tops(doc: Doc, ids: readonly NodeId[]): NodeId[] {
  const wanted = new Set(ids.filter((id) => doc.nodes.has(id) && id !== doc.root))
  const outer = new Set([...wanted].filter((id) => !around(doc, id).some((each) => wanted.has(each.id))))
  return outer.size < 2 ? [...outer] : [...below(doc, doc.root)].filter((each) => outer.has(each.id)).map((each) => each.id)
}
