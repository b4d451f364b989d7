/** Where a data item may be stored; the server refuses the rest. */
import type { DataItem, DataStore } from '@tongban/api'

/** Groups, tables and files stand with the form or nowhere; personal data never in clear. */
export function storesOf(item: Pick<DataItem, 'type' | 'personal'>): DataStore[] {
  const nested = ['group', 'table', 'file', 'image', 'signature'].includes(item.type)
  return [...(nested || item.personal ? [] : ['plain'] as const), ...(nested ? [] : ['sealed'] as const), 'form', 'nowhere']
}
