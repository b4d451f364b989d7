/** From a JSON pointer of the form document, as the server names a place, to the node and member, and back. */
import { around, node, type Doc, type NodeId } from './doc.ts'

export function pointerOf(doc: Doc, id: NodeId, member?: string): string {
  const parts: string[] = []
  let child = node(doc, id)
  for (const holder of around(doc, id)) {
    parts.unshift(`${holder.type === 'form' ? 'sections' : 'fields'}/${holder.children.indexOf(child.id)}`)
    child = holder
  }
  return `/${[...parts, ...(member ? [member] : [])].join('/')}`.replace(/\/$/, '')
}

/** The innermost node a pointer leads to, and the member it names there. */
export function nodeAt(doc: Doc, pointer: string): { id: NodeId; member: string | null } {
  const parts = pointer.split('/').slice(1)
  let id = doc.root
  while ((parts[0] === 'sections' || parts[0] === 'fields') && parts.length > 1) {
    const child = node(doc, id).children[Number(parts[1])]
    if (child === undefined) break
    id = child
    parts.splice(0, 2)
  }
  return { id, member: parts[0] ?? null }
}
