/** Keys: unique in their scope, given by the machine until a person says better. */
import { describe } from '../describe/index.ts'
import { docOf, extract, fieldsIn, jsonOf, keyOf, node, scopeInside, type Doc, type NodeId, type Tree } from './doc.ts'
import { CONTEXT_NAMES, KEYWORDS, rename } from './names.ts'
import { setProps } from './edit.ts'

const RESERVED = new Set<string>([...CONTEXT_NAMES, ...KEYWORDS])
export const isReserved = (key: string): boolean => RESERVED.has(key)
export const isKey = (key: string): boolean => /^[a-z][a-z0-9_]{0,63}$/.test(key)

/** Keys that are taken where the children of `holder` put theirs. Sections stand beside one another only. */
export function takenIn(doc: Doc, holder: NodeId): Set<string> {
  if (node(doc, holder).type === 'form') return new Set(node(doc, holder).children.map((id) => keyOf(node(doc, id))))
  return new Set([...fieldsIn(doc, scopeInside(doc, holder))].map(keyOf))
}

/** `wish`, or the first free of wish_2, wish_3… */
export function freeKey(taken: ReadonlySet<string>, wish: string): string {
  const base = (isKey(wish) ? wish : 'field').replace(/_\d+$/, '').slice(0, 58)
  if (!taken.has(wish) && isKey(wish) && !isReserved(wish)) return wish
  for (let n = 2; ; n += 1) if (!taken.has(`${base}_${n}`)) return `${base}_${n}`
}

/** A new component: its described beginning, a label, a free key, and the pages a set of tabs starts with. */
export function fresh(doc: Doc, holder: NodeId, type: Tree['type']): Tree {
  const about = describe(type)
  const taken = takenIn(doc, holder)
  // Never the bare type: `date`, `time` and `number` are functions of expressions.
  const key = freeKey(taken, `${type}_1`)
  // What only arranges has a label when somebody wants one; the document asks for the member.
  const label = about.properties.find((each) => each.key === 'label')
  const props = { key, ...(type === 'section' ? { title: about.label } : { label: label?.must || type === 'seal' ? about.label : '' }), ...about.starts }
  const page = (n: number): Tree => ({ type: 'tab', props: { key: `${key}_page_${n}`, label: `第${'一二'[n - 1]}页` }, children: [] })
  return { type, props, children: type === 'tabs' ? [page(1), page(2)] : [] }
}

/**
 * Trees made ready to enter `holder`: keys that are taken there get others, and their own expressions follow.
 * Works on a form of their own, where names mean what they meant when they were copied.
 */
export function adopted(doc: Doc, holder: NodeId, trees: readonly Tree[]): Tree[] {
  if (trees.every((tree) => tree.type === 'section')) return adoptSections(doc, trees)
  const taken = takenIn(doc, holder)
  let own = docOf({ sections: [{ key: 's', title: '', fields: trees.map(jsonOf) }] })
  own = withFreeKeys(own, taken)
  const [section] = node(own, own.root).children
  return section === undefined ? [] : node(own, section).children.map((id) => extract(own, id))
}

function adoptSections(doc: Doc, trees: readonly Tree[]): Tree[] {
  let own = docOf({ sections: trees.map(jsonOf) })
  own = withFreeKeys(own, new Set([...fieldsIn(doc, doc.root)].map(keyOf)))
  const sections = takenIn(doc, doc.root)
  for (const id of node(own, own.root).children) {
    const key = freeKey(sections, keyOf(node(own, id)) || 'section_1')
    sections.add(key)
    own = setProps(own, id, { key })
  }
  return node(own, own.root).children.map((id) => extract(own, id))
}

/** Renames what stands in the outermost scope of `own` where a key is taken; `taken` grows by what is given out. */
export function withFreeKeys(own: Doc, before: ReadonlySet<string>): Doc {
  const taken = new Set(before)
  let done = own
  for (const each of fieldsIn(own, own.root)) {
    const key = freeKey(taken, keyOf(each))
    taken.add(key)
    if (key !== keyOf(each)) done = rename(done, each.id, key).doc
  }
  return done
}
