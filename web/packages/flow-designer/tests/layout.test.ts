import { describe, expect, it } from 'vitest'
import { layout, type LayoutEdge, type LayoutNode, type Point } from '../src/model/layout.ts'
import { readingOrder } from '../src/model/order.ts'

const node = (id: string, width = 120, height = 80): LayoutNode => ({ id, width, height })
const edge = (source: string, target: string): LayoutEdge => ({ id: `${source}-${target}`, source, target })

/** Accepted → review → decide or inspect first → two ends, with a way back. */
const nodes = [node('start', 36, 36), node('review'), node('split', 50, 50), node('inspect'), node('decide'), node('granted', 36, 36), node('refused', 36, 36)]
const edges = [edge('start', 'review'), edge('review', 'split'), edge('split', 'inspect'), edge('split', 'decide'), edge('inspect', 'decide'), edge('decide', 'granted'), edge('decide', 'refused'), edge('inspect', 'review')]

const overlap = (a: LayoutNode, at: Point, b: LayoutNode, bt: Point) => at.x < bt.x + b.width && bt.x < at.x + a.width && at.y < bt.y + b.height && bt.y < at.y + a.height
function crosses(a: Point, b: Point, n: LayoutNode, at: Point): boolean {
  const [left, right, top, bottom] = [Math.min(a.x, b.x), Math.max(a.x, b.x), Math.min(a.y, b.y), Math.max(a.y, b.y)]
  return left < at.x + n.width && right > at.x && top < at.y + n.height && bottom > at.y
}

// req: FORM-025
describe('auto-layout', () => {
  const found = layout(nodes, edges)
  const at = (id: string) => found.nodes.get(id) as Point

  it('leads from left to right, except where a case goes back', () => {
    for (const each of edges.filter((one) => one.id !== 'inspect-review')) expect(at(each.target).x, each.id).toBeGreaterThan(at(each.source).x)
    expect(at('review').x).toBeLessThan(at('inspect').x)
  })
  it('lays no element on another', () => {
    for (const a of nodes) for (const b of nodes) if (a.id < b.id) expect(overlap(a, at(a.id), b, at(b.id)), `${a.id} ${b.id}`).toBe(false)
  })
  it('draws level and upright lines that run through no element', () => {
    for (const line of edges) {
      const points = found.edges.get(line.id) as Point[]
      for (let i = 1; i < points.length; i += 1) {
        const [a, b] = [points[i - 1] as Point, points[i] as Point]
        expect(a.x === b.x || a.y === b.y, line.id).toBe(true)
        for (const other of nodes) if (other.id !== line.source && other.id !== line.target) expect(crosses(a, b, other, at(other.id)), `${line.id} through ${other.id}`).toBe(false)
      }
    }
  })
  it('touches the edges of what it connects', () => {
    const points = found.edges.get('review-split') as Point[]
    expect(points[0]).toEqual({ x: at('review').x + 120, y: at('review').y + 40 })
    expect(points[points.length - 1]).toEqual({ x: at('split').x, y: at('split').y + 25 })
  })
  it('keeps a straight way straight', () => {
    const straight = layout([node('a'), node('b'), node('c', 50, 50)], [edge('a', 'b'), edge('b', 'c')])
    expect(straight.edges.get('a-b')).toHaveLength(2)
    expect(straight.edges.get('b-c')).toHaveLength(2)
  })
  it('gives the same picture for the same flow', () => {
    expect(layout(nodes, edges)).toEqual(found)
  })
  it('copes with loops on one element, parts that hang together with nothing, and arrows to nowhere', () => {
    const odd = layout([node('a'), node('b')], [edge('a', 'a'), edge('a', 'gone')])
    expect(odd.nodes.size).toBe(2)
    expect(odd.edges.has('a-a')).toBe(true)
    expect(odd.edges.has('a-gone')).toBe(false)
  })
  it('places the largest flow the engine reads', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => node(`n${i}`))
    const lines = many.slice(1).flatMap((each, i) => [edge(`n${Math.floor(i / 2)}`, each.id)])
    expect(layout(many, lines).nodes.size).toBe(1_000)
  })
})

describe('the reading order', () => {
  it('names an element after all that lead to it, branches as drawn, and forgets none', () => {
    const flow = [{ id: 'end', next: [] }, { id: 'b', next: ['join'] }, { id: 'start', next: ['split'] }, { id: 'split', next: ['a', 'b'] }, { id: 'a', next: ['join', 'split'] }, { id: 'join', next: ['end'] }, { id: 'apart', next: [] }]
    expect(readingOrder(flow, ['start'])).toEqual(['start', 'split', 'a', 'b', 'join', 'end', 'apart'])
  })
})
