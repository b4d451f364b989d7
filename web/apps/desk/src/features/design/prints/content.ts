/** A print template as its page works on it (`tongban-print/1`), without the page. */
import type { PrintSource } from '@tongban/api'

export interface Spot { name: string; page: number; x: number; y: number; width: number; size: number; height?: number }
export interface PrintContent { schema: string; format: 'docx' | 'pdf'; file_name: string; file: string; form: string; map: Record<string, string>; spots: Spot[] }

/** Bytes of the largest file; its text form has to fit into a draft. */
export const LARGEST = 1_400_000

export function readContent(text: string): PrintContent {
  const empty: PrintContent = { schema: 'tongban-print/1', format: 'docx', file_name: '', file: '', form: '', map: {}, spots: [] }
  try {
    return { ...empty, ...(JSON.parse(text) as Partial<PrintContent>) }
  } catch {
    return empty
  }
}

export function base64url(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}

/** Millimetres an arrow key moves a place, with Shift ten times as far; `null` for any other key. */
export function moved(key: string, far: boolean): [number, number] | null {
  const step = far ? 10 : 1
  const by: Record<string, [number, number]> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }
  return by[key] ?? null
}

/** Where a place stands after it was moved: to a tenth of a millimetre, never off the page. */
export function placed(spot: Pick<Spot, 'x' | 'y'>, by: readonly [number, number], page: { width: number; height: number }): { x: number; y: number } {
  const within = (value: number, end: number) => Math.round(Math.min(Math.max(value, 0), end) * 10) / 10
  return { x: within(spot.x + by[0], page.width), y: within(spot.y + by[1], page.height) }
}

/** Says what is wrong with a file before it is read; the server looks inside. */
export function fileProblem(file: { name: string; size: number }): 'typeBad' | 'sizeBad' | null {
  if (!/\.(docx|pdf)$/i.test(file.name)) return 'typeBad'
  return file.size > LARGEST ? 'sizeBad' : null
}

export function withFile(content: PrintContent, name: string, bytes: Uint8Array): PrintContent {
  return { ...content, format: /\.pdf$/i.test(name) ? 'pdf' : 'docx', file_name: name, file: base64url(bytes) }
}

/** An empty choice leaves the place to its own name. */
export function withSource(content: PrintContent, place: string, from: string): PrintContent {
  const { [place]: _, ...rest } = content.map
  return { ...content, map: from ? { ...rest, [place]: from } : rest }
}

/** Something in every place, to look at a template before there are cases. */
export function sampleOf(sources: readonly PrintSource[]): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  for (const source of sources) {
    if (!source.from.startsWith('form.')) continue
    const path = source.from.slice(5).split('.')
    const last = path.pop() ?? ''
    let place = data
    for (const part of path) place = (place[part] ??= {}) as Record<string, unknown>
    place[last] = source.table ? [1, 2].map((n) => Object.fromEntries(source.columns.map((column) => [column.key, `${column.label}${n}`]))) : source.label
  }
  return data
}
