/** Steps that follow one another: after a broken step the rest fails as well, at once and saying why. Nothing is skipped. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'vitest'
import { openBrowser } from './people.ts'

export function story(file: string): (name: string, act: () => Promise<void>) => void {
  let broken = ''
  return (name, act) => it(name, async () => {
    if (broken) throw new Error(`not tried: “${broken}” before it failed`)
    try {
      await act()
    } catch (thrown) {
      broken = name
      await pictures(file)
      throw thrown
    }
  })
}

/** What every open page showed when a step broke. */
async function pictures(file: string): Promise<void> {
  const folder = process.env.SHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  const pages = (await openBrowser()).contexts().flatMap((each) => each.pages())
  for (const [i, page] of pages.entries()) await page.screenshot({ path: join(folder, `broken-${file}-${i}.png`), timeout: 5_000 }).catch(() => undefined)
}
