/** Plain text with a little order, as manuals are written: `## ` a heading, `- ` and `1. ` entries of a list, a blank line a new paragraph. */
export type ProseBlock = { kind: 'heading' | 'text'; text: string } | { kind: 'bullets' | 'steps'; items: string[] }

const ENTRY = /^(?:(-)|\d{1,2}\.)\s+(.+)$/

/** The parts of a text in their order. Nothing in it is markup: what looks like a tag stays text. */
export function blocks(text: string): ProseBlock[] {
  const found: ProseBlock[] = []
  let open = false
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim()
    const last = found.at(-1)
    if (!line) {
      open = false
      continue
    }
    const entry = ENTRY.exec(line)
    if (line.startsWith('## ')) {
      found.push({ kind: 'heading', text: line.slice(3).trim() })
      open = false
    } else if (entry?.[2]) {
      const kind = entry[1] ? 'bullets' : 'steps'
      if (open && last?.kind === kind && 'items' in last) last.items.push(entry[2])
      else found.push({ kind, items: [entry[2]] })
      open = true
    } else if (open && last && 'items' in last) {
      // A line that goes on belongs to the entry before it.
      last.items.push(`${last.items.pop() ?? ''}${line}`)
    } else if (open && last?.kind === 'text') {
      last.text += line
    } else {
      found.push({ kind: 'text', text: line })
      open = true
    }
  }
  return found
}
