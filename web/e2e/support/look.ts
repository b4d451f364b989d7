/** What every page has to pass, whoever opens it. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type axe from 'axe-core'
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
    // A colour on its way to another is nobody's choice.
    await Promise.all(document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Infinity).map((each) => each.finished.catch(() => undefined)))
  })
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .tb-skel'), undefined, { timeout: 30_000 })
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

/** Widths at which nothing may lie on anything else. */
const OVERLAP = [320, 390, 1440]

/** Texts and controls that lie on one another; what is meant to float (menus, bars at the edge) is left out. */
async function overlaps(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    // Lines of neighbouring texts may touch by rounding.
    const TOUCH = 3
    const known = new Map<Element, boolean>()
    const lifted = (at: Element): boolean => {
      const { position, opacity } = getComputedStyle(at)
      return position === 'fixed' || position === 'sticky' || position === 'absolute' || opacity === '0'
    }
    // What scrolls in itself hides a part of its content.
    const scrolls = (at: Element): boolean => {
      const { overflowX, overflowY } = getComputedStyle(at)
      return (overflowX !== 'visible' || overflowY !== 'visible') && (at.scrollHeight > at.clientHeight + 1 || at.scrollWidth > at.clientWidth + 1)
    }
    const within = (at: Element | null): boolean => {
      if (!at || at === document.body) return false
      const before = known.get(at)
      if (before !== undefined) return before
      const is = lifted(at) || scrolls(at) || within(at.parentElement)
      known.set(at, is)
      return is
    }
    const floats = (each: Element): boolean => lifted(each) || within(each.parentElement)
    const ownText = (each: Element) => [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())
    const seen = (box: { left: number; right: number; top: number; bottom: number }) => box.right - box.left > 1 && box.bottom - box.top > 1
    const control = 'a, button, input, select, textarea, summary, img, iframe'
    const found = [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((each) => (each.matches(control) || ownText(each)) && each.checkVisibility({ visibilityProperty: true }) && !each.closest('.tb-vh, .tb-skip, svg, option') && !floats(each))
      .map((each) => {
        if (each.matches(control)) return { each, rects: [...each.getClientRects()].filter(seen) }
        // A text reaches as far as its letters do: the line box of a font is higher than its lines.
        const range = document.createRange()
        range.selectNodeContents(each)
        const style = getComputedStyle(each)
        const letters = Number.parseFloat(style.fontSize)
        const clip = style.overflow === 'visible' ? null : each.getBoundingClientRect()
        const rects = [...range.getClientRects()].map((line) => {
          const middle = (line.top + line.bottom) / 2
          return { left: line.left, right: line.right, top: Math.max(middle - letters / 2, clip?.top ?? -Infinity), bottom: Math.min(middle + letters / 2, clip?.bottom ?? Infinity) }
        })
        return { each, rects: rects.filter(seen) }
      })
    const told: string[] = []
    const named = (each: HTMLElement) => `${each.tagName.toLowerCase()}.${each.className} “${(each.innerText || each.id).trim().slice(0, 12)}”`
    const boxes = found.flatMap(({ each, rects }) => rects.map((box) => ({ each, box }))).sort((a, b) => a.box.top - b.box.top)
    for (const [i, a] of boxes.entries()) {
      for (let at = i + 1; at < boxes.length; at += 1) {
        const b = boxes[at]
        if (!b || a.box.bottom - b.box.top <= TOUCH) break
        const shared = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left) > TOUCH && b.box.bottom - b.box.top > TOUCH
        if (shared && !a.each.contains(b.each) && !b.each.contains(a.each)) told.push(`${named(a.each)} on ${named(b.each)}`)
      }
    }
    return [...new Set(told)].slice(0, 5)
  })
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Brought in once for each document and asked for violations alone: the usual wrapper does both anew, and opens another page, at every look. */
async function barriers(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE)
  const found = await page.evaluate(async (rules) => {
    const { axe: here } = window as unknown as { axe: typeof axe }
    // The browser's own PDF viewer is not this product's page.
    const { violations } = await here.run({ exclude: [['iframe']] }, { runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'], iframes: false, preload: { assets: ['media'] } })
    return violations
  }, RULES)
  return found.map((each) => `${each.id}: ${each.help} (${each.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ''}`).join('; ')})`)
}

/** Whether the page fits: no sideways scroll, nothing on anything else. */
async function fits(page: Page, name: string, width: number): Promise<void> {
  await page.setViewportSize({ width, height: width < 768 ? 844 : 900 })
  await settled(page)
  expect.soft(await sideways(page), `${name}: sideways scroll at ${width}`).toBe('')
  if (OVERLAP.includes(width)) expect.soft(await overlaps(page), `${name}: one on another at ${width}`).toEqual([])
}

/** The open page after something was switched on it, in the widths where it could break. */
export async function stillFits(page: Page, name: string): Promise<void> {
  const before = page.viewportSize() ?? { width: 1440, height: 900 }
  for (const width of OVERLAP) await fits(page, name, width)
  await page.setViewportSize(before)
  await settled(page)
}

/** Examines the open page; what is wrong is told at the end of the test, the journey goes on. */
export async function look(page: Page, name: string): Promise<void> {
  const before = page.viewportSize() ?? { width: 1440, height: 900 }
  for (const width of WIDTHS) {
    await fits(page, name, width)
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
