/** Places a component may be moved to, in page order: what arrow keys step through and a pointer falls into. */
import { describe, mayHold } from '../describe/index.ts'
import { around, extract, isInside, nameOf, node, type Doc, type NodeId, type Tree } from './doc.ts'
import { fits, type Place } from './edit.ts'

/** Every place for `trees`; `moved` are the nodes they are now, which count as gone. */
export function placesFor(doc: Doc, trees: readonly Tree[], moved: readonly NodeId[] = []): Place[] {
  const gone = new Set(moved)
  const found: Place[] = []
  const walk = (parent: NodeId): void => {
    const children = node(doc, parent).children.filter((id) => !gone.has(id))
    const allowed = trees.every((tree) => fits(doc, parent, tree))
    children.forEach((child, index) => {
      if (allowed) found.push({ parent, index })
      if (describe(node(doc, child).type).holds) walk(child)
    })
    if (allowed) found.push({ parent, index: children.length })
  }
  walk(doc.root)
  return found
}

export const treesOf = (doc: Doc, ids: readonly NodeId[]): Tree[] => ids.map((id) => extract(doc, id))

/** Where `id` stands now, counted without `moved`. */
export function placeOf(doc: Doc, id: NodeId, moved: readonly NodeId[] = [id]): Place {
  const parent = node(doc, id).parent ?? doc.root
  const siblings = node(doc, parent).children
  return { parent, index: siblings.slice(0, siblings.indexOf(id)).filter((each) => !moved.includes(each)).length }
}
export const samePlace = (a: Place, b: Place): boolean => a.parent === b.parent && a.index === b.index

/** The nearest place a new component of `tree` can take: after what is selected, inside it, or further out. */
export function placeAfter(doc: Doc, selected: NodeId | null, tree: Tree): Place | null {
  const start = selected !== null && doc.nodes.has(selected) ? selected : doc.root
  const own = node(doc, start)
  // An empty holder that is selected wants to be filled.
  if (describe(own.type).holds && fits(doc, start, tree)) return { parent: start, index: own.children.length }
  let before = start
  for (const holder of around(doc, start)) {
    if (fits(doc, holder.id, tree)) return { parent: holder.id, index: holder.children.indexOf(before) + 1 }
    before = holder.id
  }
  const last = [...node(doc, doc.root).children].reverse().find((id) => fits(doc, id, tree))
  return last === undefined ? null : { parent: last, index: node(doc, last).children.length }
}

/** A place relative to a node under the pointer; null where it may not go. */
export function placeBy(doc: Doc, target: NodeId, where: 'before' | 'after' | 'inside', trees: readonly Tree[], moved: readonly NodeId[]): Place | null {
  if (!doc.nodes.has(target) || moved.some((id) => isInside(doc, target, id))) return null
  const holder = where === 'inside' ? target : node(doc, target).parent
  if (holder === null || !trees.every((tree) => fits(doc, holder, tree))) return null
  const siblings = node(doc, holder).children.filter((id) => !moved.includes(id))
  if (where === 'inside') return { parent: holder, index: siblings.length }
  const at = siblings.indexOf(target)
  return at < 0 ? null : { parent: holder, index: where === 'before' ? at : at + 1 }
}

/** A place in words: 在“场所”里，第 3 个，“面积”后面. */
export function sayPlace(doc: Doc, place: Place, moved: readonly NodeId[] = []): string {
  const holder = node(doc, place.parent)
  const siblings = holder.children.filter((id) => !moved.includes(id))
  const before = siblings[place.index - 1]
  const of = `在“${nameOf(holder)}”里，第 ${place.index + 1} 个`
  return before === undefined ? `${of}，最前面` : `${of}，“${nameOf(node(doc, before))}”后面`
}

export const canHoldAny = (doc: Doc, id: NodeId): boolean => mayHold(node(doc, id).type, 'text') || describe(node(doc, id).type).holds !== undefined
