/** What every page has to pass, whoever opens it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const WIDTHS = [320, 390, 768, 1024, 1440]
/** Widths at which a page is examined and pictured: desk and phone draw other controls. */
const CLOSE = [390, 1440]
const shots = process.env.SHOTS

/** Waits until nothing is being loaded or drawn any more. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  })
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .tb-skeleton'), undefined, { timeout: 10_000 }).catch(() => undefined)
}

async function sideways(page: Page): Promise<string> {
  return page.evaluate(() => {
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth
    if (over <= 0) return ''
    const edge = document.documentElement.clientWidth + 1
    const wide = [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > edge)
    return `${over} px: ${wide.slice(0, 3).map((each) => `${each.tagName.toLowerCase()}.${each.className}`).join(', ')}`
  })
}

async function barriers(page: Page): Promise<string[]> {
  // The browser's own PDF viewer is not this product's page.
  const found = await new AxeBuilder({ page }).withTags(RULES).exclude('iframe').analyze()
  return found.violations.map((each) => `${each.id}: ${each.help} (${each.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ''}`).join('; ')})`)
}

/** Examines the open page; what is wrong is told at the end of the test, the journey goes on. */
export async function look(page: Page, name: string): Promise<void> {
  const before = page.viewportSize() ?? { width: 1440, height: 900 }
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width < 768 ? 844 : 900 })
    await settled(page)
    expect.soft(await sideways(page), `${name}: sideways scroll at ${width}`).toBe('')
    if (!CLOSE.includes(width)) continue
    // As high as the page: a bar that stays at the edge would seem to cover what scrolling brings into view.
    const height = await page.evaluate(() => document.documentElement.scrollHeight)
    await page.setViewportSize({ width, height: Math.min(Math.max(height, 844), 12_000) })
    await settled(page)
    expect.soft(await barriers(page), `${name}: axe at ${width}`).toEqual([])
    // A desk screen is pictured as it is seen, a phone page as a whole.
    if (width >= 768) await page.setViewportSize({ width, height: 900 })
    if (shots) {
      mkdirSync(shots, { recursive: true })
      await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true })
    }
  }
  await page.setViewportSize(before)
  await settled(page)
}
