/** The areas below one, as forms and their summaries ask for them. */
import { desk } from '@tongban/api'
import type { RegionSource } from '@tongban/form-runtime'

export const regions: RegionSource = async (parent) => (await desk.regions(parent)).items.map((each) => ({ code: each.code, name: each.name, leaf: !each.has_children }))
