/** Money between people (yuan) and the server (fen). */
export const yuan = (fen: number): string => `${(fen / 100).toLocaleString('zh-CN', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} 元`
/** As a field takes it: 80.00. */
export const plain = (fen: number): string => (fen / 100).toFixed(2)

/** Fen of what was typed; null when it is no amount. */
export function fenOf(text: string): number | null {
  const found = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(text.trim().replace(/[,，]/g, ''))
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : null
}
