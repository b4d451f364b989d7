/** Before each file of journeys: the city of this worker as it was loaded. */
import { afterAll, beforeAll } from 'vitest'
import { opened } from './city.ts'
import { mine } from './mine.ts'

let end: (() => Promise<void>) | undefined
beforeAll(async () => {
  end = await opened(mine())
})
afterAll(async () => {
  await end?.()
})
