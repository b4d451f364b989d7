/**
 * Placeholders of a paper template: values of a case, written as Typst reads them. A template is text; what is put in
 * never runs, so a value with signs in it stays a value.
 */
export type PlaceholderKind = 'text' | 'date'
export interface Placeholder { path: string; label: string; kind: PlaceholderKind }
export interface PlaceholderGroup { title: string; items: Placeholder[] }

/** What is written into the template. The semicolon ends the name: a Chinese letter behind it would belong to it. */
export function insertOf(placeholder: Placeholder): string {
  return placeholder.kind === 'date' ? `#cn-date(data.${placeholder.path})` : `#data.${placeholder.path};`
}

export interface Used { path: string; line: number }
/** Paths the template reads, each with the first line where it does. Remarks are not read. */
export function usedPaths(template: string): Used[] {
  const found = new Map<string, number>()
  template.split('\n').forEach((raw, i) => {
    const line = raw.replace(/(^|[^:])\/\/.*$/, '$1')
    for (const hit of line.matchAll(/\bdata((?:\.[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}\p{N}_]+)*)+)/gu)) {
      const path = (hit[1] ?? '').slice(1)
      if (!found.has(path)) found.set(path, i + 1)
    }
  })
  return [...found].map(([path, line]) => ({ path, line }))
}

/** Fields of the form that the template reads but the form does not have: they would stay empty in print. */
export function unknownFields(template: string, fields: readonly string[]): Used[] {
  const known = new Set(fields)
  return usedPaths(template).filter((each) => each.path.startsWith('form.') && !known.has(each.path.split('.')[1] ?? ''))
}

/** Lines for the preview: every placeholder with its own name as value, so that one sees where it lands. */
export function sampleLines(groups: readonly PlaceholderGroup[], today: string): string {
  return groups.flatMap((group) => group.items).map((each) => `${each.path} = ${each.kind === 'date' ? today : `“${each.label}”`}`).join('\n')
}

/** The line a message of the server speaks of. */
export function lineIn(message: string): number | null {
  const line = /第\s*(\d+)\s*行/.exec(message)?.[1]
  return line ? Number(line) : null
}
