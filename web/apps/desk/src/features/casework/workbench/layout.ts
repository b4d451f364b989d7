/**
 * The own start page as an ordered list of cards with sizes; places follow from the order, so that no
 * change can lay two cards over each other or outside the page.
 */
import type { PlacedCard, WorkCard } from '@tongban/api'

/** Columns of the page and its greatest number of rows, as the server checks them. */
export const COLUMNS = 12
const ROWS = 60
export interface Sized { key: string; w: number; h: number }
type Limits = Pick<WorkCard, 'min_w' | 'max_w' | 'min_h' | 'max_h'>

/** Reading order of placed cards: from the top, from the left. Cards nobody knows any more are left out. */
export function inOrder(placed: readonly PlacedCard[], cards: readonly Pick<WorkCard, 'key'>[]): Sized[] {
  const known = new Set(cards.map((card) => card.key))
  return [...placed].filter((card) => known.has(card.key)).sort((a, b) => a.y - b.y || a.x - b.x).map(({ key, w, h }) => ({ key, w, h }))
}

/** Gives each card the first free place from the top left. */
export function pack(list: readonly Sized[]): PlacedCard[] {
  const taken: boolean[][] = []
  const free = (x: number, y: number, card: Sized) => {
    for (let row = y; row < y + card.h; row++) for (let column = x; column < x + card.w; column++) if (taken[row]?.[column]) return false
    return true
  }
  const placed: PlacedCard[] = []
  for (const card of list) {
    place: for (let y = 0; y + card.h <= ROWS; y++) {
      for (let x = 0; x + card.w <= COLUMNS; x++) {
        if (!free(x, y, card)) continue
        for (let row = y; row < y + card.h; row++) for (let column = x; column < x + card.w; column++) (taken[row] ??= [])[column] = true
        placed.push({ ...card, x, y })
        break place
      }
    }
  }
  return placed
}

const between = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value))

export function resized(list: readonly Sized[], key: string, by: { w?: number; h?: number }, limits: Limits): Sized[] {
  return list.map((card) => (card.key === key ? { key, w: between(card.w + (by.w ?? 0), limits.min_w, limits.max_w), h: between(card.h + (by.h ?? 0), limits.min_h, limits.max_h) } : card))
}

/** Puts a card before the one that stands at `to`; past the end it becomes the last. */
export function moved(list: readonly Sized[], key: string, to: number): Sized[] {
  const card = list.find((each) => each.key === key)
  if (!card) return [...list]
  const rest = list.filter((each) => each.key !== key)
  rest.splice(between(to, 0, rest.length), 0, card)
  return rest
}

export const without = (list: readonly Sized[], key: string): Sized[] => list.filter((card) => card.key !== key)
export const withCard = (list: readonly Sized[], card: WorkCard): Sized[] => (list.some((each) => each.key === card.key) ? [...list] : [...list, { key: card.key, w: card.w, h: card.h }])
