/** Components as text: copied in one form, pasted in another, by the machine's own clipboard. */
import { extract, jsonOf, treeOf, type Doc, type NodeId, type Tree } from './doc.ts'
import { tops } from './edit.ts'

const MARK = 'tongban-form-part/1'

export function copied(doc: Doc, ids: readonly NodeId[]): string {
  const trees = tops(doc, ids).map((id) => extract(doc, id))
  return JSON.stringify({ schema: MARK, parts: trees.map((tree) => ({ ...(tree.type === 'section' ? { section: true } : {}), part: jsonOf(tree) })) })
}

/** The components in `text`; none when it is something else. */
export function pasted(text: string): Tree[] {
  try {
    const found = JSON.parse(text) as { schema?: unknown; parts?: { section?: boolean; part?: Record<string, unknown> }[] }
    if (found.schema !== MARK || !Array.isArray(found.parts)) return []
    return found.parts.flatMap(({ section, part }) => (part && typeof part === 'object' ? [treeOf(part, section ? 'section' : undefined)] : []))
  } catch {
    return []
  }
}
