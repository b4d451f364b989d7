/** Building a form from others: shared fields from the library, parts of templates and of single forms. */
import type { Form } from '@tongban/form-runtime'
import { describe, type NodeType } from '../describe/index.ts'
import { docOf, extract, fieldsIn, keyOf, node, type Doc, type NodeId, type Tree } from './doc.ts'
import { insert, remove, setProps } from './edit.ts'
import { adopted, isKey } from './keys.ts'
import { rename } from './names.ts'

/** What the library knows of a shared field. */
export interface SharedField { code: string; label: string; type: string; length?: number | null; options?: { value: string; label: string }[] | null; check?: string | null; source?: string | null }

/** A shared field as a component: its code is its tag, and its key as far as a key may be written so. */
export function fieldOf(shared: SharedField): Tree {
  const known = new Set(describe(shared.type as NodeType).properties.map((each) => each.key))
  const key = shared.code.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_')
  const members = { maxLength: shared.length ?? undefined, options: shared.options?.length ? shared.options : undefined, pattern: shared.check || undefined, source: shared.source || undefined }
  const kept = Object.fromEntries(Object.entries(members).filter(([name, value]) => value !== undefined && known.has(name)))
  return { type: shared.type as NodeType, props: { key: isKey(key) ? key : 'shared_field', label: shared.label, ...kept, shared: shared.code }, children: [] }
}

/** The fields of the outermost scope that are tagged as shared, by code. */
export function sharedIn(doc: Doc): Map<string, NodeId> {
  const found = new Map<string, NodeId>()
  for (const each of fieldsIn(doc, doc.root)) if (typeof each.props.shared === 'string' && each.props.shared && !found.has(each.props.shared)) found.set(each.props.shared, each.id)
  return found
}

export interface Composed {
  doc: Doc
  ids: NodeId[]
  /** Shared fields that are there already: asked once. */
  once: string[]
  /** Sections of which nothing was left. */
  emptied: string[]
}

/** Adds sections of another form: a shared field that is there already is not asked again, other keys give way. */
export function compose(doc: Doc, other: Form, sections: readonly string[], from: string, owner?: string): Composed {
  let own = docOf(other)
  const held = sharedIn(doc)
  const once: string[] = []
  const twice: NodeId[] = []
  for (const id of node(own, own.root).children) if (!sections.includes(keyOf(node(own, id)))) own = remove(own, [id])
  for (const each of [...fieldsIn(own, own.root)]) {
    const there = typeof each.props.shared === 'string' ? held.get(each.props.shared) : undefined
    if (there === undefined) continue
    // Conditions of the part go on reading the field that stays.
    own = rename(own, each.id, keyOf(node(doc, there))).doc
    once.push(String(each.props.label ?? ''))
    twice.push(each.id)
  }
  const kept = remove(own, twice)
  const emptied: string[] = []
  const parts: Tree[] = []
  for (const id of node(kept, kept.root).children) {
    if (node(kept, id).children.length === 0) emptied.push(String(node(kept, id).props.title ?? ''))
    else parts.push(extract(setProps(kept, id, { from, owner: owner || node(kept, id).props.owner || undefined }), id))
  }
  const { doc: done, ids } = insert(doc, doc.root, node(doc, doc.root).children.length, ...adopted(doc, doc.root, parts))
  return { doc: done, ids, once, emptied }
}
