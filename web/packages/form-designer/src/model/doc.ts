/**
 * A form while it is edited: a flat map of nodes, never changed in place. Start here; edit.ts changes a document,
 * names.ts follows names in expressions, slots.ts says where a node may go.
 */
import type { Form } from '@tongban/form-runtime'
import { describe, type NodeType, type Props } from '../describe/index.ts'

export type NodeId = number
export interface Node {
  readonly id: NodeId
  readonly type: NodeType
  /** Members of the document but those that make the tree. Unknown members are kept. */
  readonly props: Props
  readonly parent: NodeId | null
  readonly children: readonly NodeId[]
}
export interface Doc {
  readonly nodes: ReadonlyMap<NodeId, Node>
  readonly root: NodeId
  /** Next id to give out: an id never comes back, so what was removed is never mistaken for something new. */
  readonly next: NodeId
}
/** A node and what it holds, outside any document. */
export interface Tree { readonly type: NodeType; readonly props: Props; readonly children: readonly Tree[] }

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** A field or section of a document as a tree. */
export function treeOf(json: Json, type?: NodeType): Tree {
  const { type: own, fields, sections, ...props } = json
  const kind = type ?? (String(own ?? 'text') as NodeType)
  const children = kind === 'form' ? objects(sections).map((each) => treeOf(each, 'section')) : objects(fields).map((each) => treeOf(each))
  return { type: kind, props, children }
}

/** `from`: first id to give out, where another document's ids are still remembered. */
export function docOf(form: Form | Json, from: NodeId = 0): Doc {
  const nodes = new Map<NodeId, Node>()
  return { nodes, root: from, next: plant(nodes, treeOf(form as Json, 'form'), null, from) }
}

/** Writes `tree` into `nodes` from `id` on and gives the next free id. */
export function plant(nodes: Map<NodeId, Node>, tree: Tree, parent: NodeId | null, id: NodeId): NodeId {
  let next = id + 1
  const children: NodeId[] = []
  for (const child of tree.children) {
    children.push(next)
    next = plant(nodes, child, id, next)
  }
  nodes.set(id, { id, type: tree.type, props: tree.props, parent, children })
  return next
}

/** The content of a definition. Null with the reason when it can't be read: the page then shows the text itself. */
export function read(content: string, from: NodeId = 0): Doc | null {
  try {
    const form: unknown = JSON.parse(content)
    return isObject(form) && Array.isArray(form.sections) ? docOf(form, from) : null
  } catch {
    return null
  }
}

export const emptyForm = (key: string, title: string): Json => ({ schema: 'tongban-form/1', key, title, sections: [{ key: 'section_1', title: '第一部分', fields: [] }] })

export function node(doc: Doc, id: NodeId): Node {
  const found = doc.nodes.get(id)
  if (!found) throw new Error(`no node ${id}`)
  return found
}

export function extract(doc: Doc, id: NodeId): Tree {
  const { type, props, children } = node(doc, id)
  return { type, props, children: children.map((child) => extract(doc, child)) }
}

/** A tree as the document writes it: what it is first, what it holds last. */
export function jsonOf(tree: Tree): Json {
  const { type, props, children } = tree
  if (type === 'form') return { ...props, sections: children.map(jsonOf) }
  if (type === 'section') return { ...props, fields: children.map(jsonOf) }
  const { key, ...rest } = props
  const holds = describe(type).holds !== undefined || children.length > 0
  return { ...(key === undefined ? {} : { key }), type, ...rest, ...(holds ? { fields: children.map(jsonOf) } : {}) }
}
export const formOf = (doc: Doc): Form => jsonOf(extract(doc, doc.root)) as unknown as Form
export const textOf = (doc: Doc): string => `${JSON.stringify(formOf(doc), null, 2)}\n`

/** Nodes below `id` in page order, without itself. */
export function* below(doc: Doc, id: NodeId): Generator<Node> {
  for (const child of node(doc, id).children) {
    yield node(doc, child)
    yield* below(doc, child)
  }
}
/** The nodes around `id`, innermost first. */
export function around(doc: Doc, id: NodeId): Node[] {
  const found: Node[] = []
  for (let at = node(doc, id).parent; at !== null; at = node(doc, at).parent) found.push(node(doc, at))
  return found
}
export const isInside = (doc: Doc, id: NodeId, holder: NodeId): boolean => id === holder || around(doc, id).some((each) => each.id === holder)

/** What a person calls a node. */
export function nameOf(one: Pick<Node, 'type' | 'props'>): string {
  const said = String(one.props[one.type === 'form' || one.type === 'section' ? 'title' : 'label'] ?? '').trim()
  return said.length > 24 ? `${said.slice(0, 24)}…` : said || describe(one.type).label
}
export const keyOf = (one: Pick<Node, 'props'>): string => String(one.props.key ?? '')

/** The holder whose data a node's key stands in: a group, a table, or the form. Layouts and sections are looked through. */
export function scopeOf(doc: Doc, id: NodeId): NodeId {
  return around(doc, id).find((each) => describe(each.type).nests)?.id ?? doc.root
}
/** The scope in which the children of `holder` put their keys. */
export const scopeInside = (doc: Doc, holder: NodeId): NodeId => (describe(node(doc, holder).type).nests ? holder : scopeOf(doc, holder))

/** Fields of one scope in page order, layouts included and opened, sections left out. */
export function* fieldsIn(doc: Doc, scope: NodeId): Generator<Node> {
  for (const id of node(doc, scope).children) {
    const child = node(doc, id)
    if (child.type !== 'section') yield child
    if (child.type === 'section' || (child.children.length && !describe(child.type).nests)) yield* fieldsIn(doc, id)
  }
}
