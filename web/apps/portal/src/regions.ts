import { portal } from '@tongban/api'
import type { Region, RegionSource } from '@tongban/form-runtime'

/** Children of a region, for the lists of a form. Answers are kept: the tree does not change while a page is open. */
const known = new Map<string, Promise<Region[]>>()

export const regions: RegionSource = parent => {
  const key = parent ?? ''
  let found = known.get(key)
  if (!found) {
    found = portal.regions(parent).then(r => r.items.map(x => ({ code: x.code, name: x.name, leaf: !x.has_children })))
    found.catch(() => known.delete(key))
    known.set(key, found)
  }
  return found
}
