/** Values written by people, one in a line: `form.area = 80`, `handle_item = new`. */

export class UnreadableLine extends Error {
  constructor(readonly line: number) {
    super(`line ${line}`)
  }
}

/** A number, true, false, null, a quoted text or JSON; anything else is a text as it stands. */
export function valueOf(text: string): unknown {
  const plain = text.trim()
  if (plain === '是') return true
  if (plain === '否') return false
  try {
    return JSON.parse(plain) as unknown
  } catch {
    return plain
  }
}

/** How a value is written for {@link valueOf}. */
export function textOf(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return JSON.stringify(value)
  // A text that would be read as something else keeps its quotes.
  return typeof valueOf(value) === 'string' && value.trim() === value && value !== '' ? value : JSON.stringify(value)
}

/** Lines into nested values; empty lines and lines beginning with # are remarks. */
export function dataOf(text: string): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (!line || line.startsWith('#')) continue
    const at = line.indexOf('=')
    const path = line.slice(0, at).trim().split('.')
    if (at < 1 || path.some((part) => !/^[\p{L}_][\p{L}\p{N}_ -]*$/u.test(part))) throw new UnreadableLine(i + 1)
    put(data, path, valueOf(line.slice(at + 1)), i + 1)
  }
  return data
}

function put(into: Record<string, unknown>, path: readonly string[], value: unknown, line: number): void {
  const [first, ...rest] = path
  if (first === undefined) return
  if (!rest.length) {
    into[first] = value
    return
  }
  const inner = Object.hasOwn(into, first) ? into[first] : {}
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) throw new UnreadableLine(line)
  into[first] = inner
  put(inner as Record<string, unknown>, rest, value, line)
}
