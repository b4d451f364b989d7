import type { RegionSource } from './view/state.ts'

/** Ancestors of a 12-digit code and the code itself, from the province down: 2, 4, 6, 9, 12 digits. */
export function ancestors(code: string): string[] {
  const list = [2, 4, 6, 9, 12].map(n => code.slice(0, n).padEnd(12, '0'))
  return [...new Set(list)].filter(c => !/^0+$/.test(c))
}

/** 示例市示例区示例街道 for a code, as far as the tree knows it; undefined when it knows nothing of it. */
export async function regionName(code: string, source: RegionSource): Promise<string | undefined> {
  let parent: string | null = null
  let name = ''
  for (const step of ancestors(code)) {
    const found: string | undefined = (await source(parent)).find(r => r.code === step)?.name
    if (!found) continue
    name += found
    parent = step
  }
  return name || undefined
}
