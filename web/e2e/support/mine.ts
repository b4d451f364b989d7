/** The city of this worker. */
import { inject } from 'vitest'
import type { City } from './city.ts'

export function mine(): City {
  const city = inject('cities')[Number(process.env.VITEST_POOL_ID ?? 1) - 1]
  if (!city) throw new Error(`no city for worker ${process.env.VITEST_POOL_ID}`)
  return city
}
