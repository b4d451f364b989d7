import { describe, expect, it } from 'vitest'
import type { WorkCard } from '@tongban/api'
import { nextWorked, worked } from '../src/features/casework/workbench/cards/found.ts'
import { COLUMNS, inOrder, moved, pack, resized, withCard, without, type Sized } from '../src/features/casework/workbench/layout.ts'

const card = (key: string, w: number, h: number): Sized => ({ key, w, h })
const limits = { min_w: 3, max_w: 12, min_h: 2, max_h: 6 }

function overlaps(list: ReturnType<typeof pack>): boolean {
  return list.some((a, i) => list.slice(i + 1).some((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h))
}

describe('the own start page', () => {
  /** req: IDENT-031 */
  it('lays cards side by side and never over each other, whatever is done with them', () => {
    const start = [card('todo', 8, 4), card('counts', 4, 2), card('week', 4, 3), card('board', 12, 4)]
    expect(pack(start).map(({ key, x, y }) => [key, x, y])).toEqual([['todo', 0, 0], ['counts', 8, 0], ['week', 8, 2], ['board', 0, 5]])
    let list: Sized[] = start
    for (const [key, w, h, to] of [['todo', 4, 2, 3], ['week', 8, -1, 0], ['board', -6, 0, 1], ['counts', 1, 3, 2]] as const) {
      list = moved(resized(list, key, { w, h }, limits), key, to)
      const placed = pack(list)
      expect(placed).toHaveLength(list.length)
      expect(overlaps(placed)).toBe(false)
      expect(placed.every((each) => each.x >= 0 && each.x + each.w <= COLUMNS)).toBe(true)
    }
  })
  /** req: IDENT-031 */
  it('keeps to the sizes a card allows', () => {
    expect(resized([card('todo', 4, 3)], 'todo', { w: 20, h: -9 }, limits)).toEqual([card('todo', 12, 2)])
    expect(resized([card('todo', 4, 3)], 'other', { w: 1 }, limits)).toEqual([card('todo', 4, 3)])
  })
  it('is read from the top left, without cards nobody may use any more', () => {
    const placed = [{ key: 'b', x: 6, y: 0, w: 6, h: 2 }, { key: 'gone', x: 0, y: 2, w: 6, h: 2 }, { key: 'a', x: 0, y: 0, w: 6, h: 2 }]
    expect(inOrder(placed, [{ key: 'a' }, { key: 'b' }]).map((each) => each.key)).toEqual(['a', 'b'])
  })
  it('takes a card away and puts one back once', () => {
    const list = [card('todo', 8, 4), card('week', 4, 3)]
    expect(without(list, 'todo').map((each) => each.key)).toEqual(['week'])
    const back = withCard(without(list, 'todo'), { key: 'todo', w: 8, h: 4 } as WorkCard)
    expect(withCard(back, { key: 'todo', w: 8, h: 4 } as WorkCard).map((each) => each.key)).toEqual(['week', 'todo'])
    expect(moved(list, 'todo', 99).map((each) => each.key)).toEqual(['week', 'todo'])
  })
})

describe('the calendar card', () => {
  const plan = { year: 2026, holidays: [{ date: '2026-10-01' }, { date: '2026-10-02' }, { date: '2026-10-05' }, { date: '2026-10-06' }, { date: '2026-10-07' }], make_up: [{ date: '2026-10-10' }] }
  it('knows days off, days made up for, and says nothing of a year without a calendar', () => {
    expect([worked('2026-10-01', [plan]), worked('2026-10-10', [plan]), worked('2026-10-11', [plan]), worked('2027-01-04', [plan])]).toEqual([false, true, false, null])
    expect(nextWorked('2026-09-30', [plan])).toBe('2026-10-08')
    expect(nextWorked('2026-12-31', [plan])).toBeNull()
  })
})
