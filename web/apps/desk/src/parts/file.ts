/** Files of the person's machine: sent inside JSON, saved from what a page holds. */

import { ApiProblem } from '@tongban/api'

/** The content as base64, for calls that carry a small file in their body. */
export async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  // In pieces: a call with a whole file as arguments would overflow the stack.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

/** Lines as a CSV a spreadsheet opens: with the mark that says UTF-8, and no cell it would run as a formula. */
export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => {
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

/** The cells of the first line of a CSV file: its column names. */
export function headOf(text: string): string[] {
  const line = text.replace(/^\ufeff/, '').split(/\r?\n/)[0] ?? ''
  const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? []
  return cells.map((cell) => cell.replace(/,$/, '').trim().replace(/^"|"$/g, '').replaceAll('""', '"').trim()).filter(Boolean)
}

export function saveText(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

/** A file of the server, fetched and saved by the page, so that a refusal is told where it was asked for. */
export async function saveFile(address: string): Promise<void> {
  const answer = await fetch(address, { credentials: 'same-origin' })
  if (!answer.ok) throw new ApiProblem(answer.status, await answer.json().catch(() => ({})))
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'export'
  link.click()
  URL.revokeObjectURL(link.href)
}
