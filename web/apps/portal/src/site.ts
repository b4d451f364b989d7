import { shallowRef } from 'vue'
import { portal, type Site } from '@tongban/api'

/** Name, hotline and hosts of this site. Known after the first answer; 12345 is the national number until then. */
export const site = shallowRef<Site>({
  name: '一网通办', city: '', region: '', hotline: '12345', host_body: '', run_body: '', today: '', default_district: '', popular_items: [], notices: [],
})

export async function knowSite(): Promise<void> {
  try {
    site.value = await portal.site()
  } catch {
    // The page works without these names; the next page load asks again.
  }
}
