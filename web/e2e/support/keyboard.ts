/** A person without a mouse: where the focus is, and how to get it somewhere with Tab. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const STEPS = 200

export interface Focused { id: string; text: string; tag: string; grip: string; role: string; seen: boolean }

export const focused = (page: Page): Promise<Focused> => page.evaluate(() => {
  const at = document.activeElement as HTMLElement | null
  const shows = (style: CSSStyleDeclaration | null) => !!style && ((style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none')
  const seen = at instanceof HTMLInputElement && at.type === 'date' ? true : !!at && [getComputedStyle(at), getComputedStyle(at, '::after'), at.closest('label') && getComputedStyle(at.closest('label') as HTMLElement)].some(shows)
  return { id: at?.id ?? '', text: (at?.getAttribute('aria-label') ?? at?.innerText ?? '').trim(), tag: at?.tagName ?? '', grip: at?.dataset.grip ?? '', role: at?.getAttribute('role') ?? '', seen }
})

/** Presses Tab until `found` says so; every stop on the way must be visible. */
export async function tabTo(page: Page, what: string, found: (at: Focused) => boolean, key = 'Tab'): Promise<void> {
  const blind: string[] = []
  for (let i = 0; i < STEPS; i += 1) {
    const at = await focused(page)
    if (found(at)) {
      expect.soft([...new Set(blind)], `focus that can't be seen on the way to ${what}`).toEqual([])
      return
    }
    await page.keyboard.press(key)
    const now = await focused(page)
    if (!['BODY', 'IFRAME', 'HTML'].includes(now.tag) && !now.seen) blind.push(`${now.tag} ${now.id} ${now.text.slice(0, 20)}`)
  }
  throw new Error(`${what} is not reached with ${key}`)
}
