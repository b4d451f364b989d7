/**
 * Places a flow in layers from left to right. Pure: sizes and arrows in, places and lines out.
 *
 * 1. Arrows that close a loop are turned round for placing only.
 * 2. Every element stands one layer right of the last one before it.
 * 3. An arrow over several layers gets a place of its own in each, so that no line runs through an element.
 * 4. Within a layer the order follows the neighbours (barycentres, a few sweeps), so that few lines cross.
 * 5. Heights follow the neighbours too: a straight way stays straight.
 */
export interface LayoutNode { id: string; width: number; height: number }
export interface LayoutEdge { id: string; source: string; target: string }
export interface Point { x: number; y: number }
export interface Layout { nodes: Map<string, Point>; edges: Map<string, Point[]> }

const GAP_X = 120
/** Lines bend near where they come from, so that the name of a way has room on its last part. */
const BEND = 24
const GAP_Y = 50
const LANE = 30
const ORIGIN: Point = { x: 160, y: 80 }
const SWEEPS = 8

interface Place { id: string; width: number; height: number; layer: number; y: number; before: Place[]; after: Place[]; dummy: boolean }

export function layout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Layout {
  const known = new Map(nodes.map((node) => [node.id, node]))
  const real = edges.filter((edge) => known.has(edge.source) && known.has(edge.target))
  const back = backEdges(nodes, real)
  const forward = real.filter((edge) => edge.source !== edge.target).map((edge) => (back.has(edge.id) ? { ...edge, source: edge.target, target: edge.source } : edge))
  const layerOf = layers(nodes, forward)
  const { places, chains } = placesOf(nodes, real, layerOf, back)
  const columns = order(places)
  heights(columns)
  return drawn(nodes, real, columns, places, chains, back)
}

/** Arrows that lead back to an element still open on the way there (depth first, from elements nothing leads to). */
function backEdges(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Set<string> {
  const out = new Map<string, LayoutEdge[]>(nodes.map((node) => [node.id, []]))
  const entered = new Set<string>()
  for (const edge of edges) {
    out.get(edge.source)?.push(edge)
    if (edge.source !== edge.target) entered.add(edge.target)
  }
  const back = new Set<string>()
  const state = new Map<string, 'open' | 'done'>()
  const starts = [...nodes.filter((node) => !entered.has(node.id)), ...nodes]
  for (const start of starts) {
    if (state.has(start.id)) continue
    state.set(start.id, 'open')
    const stack = [{ id: start.id, at: 0 }]
    while (stack.length) {
      const top = stack[stack.length - 1] as { id: string; at: number }
      const edge = out.get(top.id)?.[top.at++]
      if (!edge) {
        state.set(top.id, 'done')
        stack.pop()
      } else if (state.get(edge.target) === 'open') {
        back.add(edge.id)
      } else if (!state.has(edge.target)) {
        state.set(edge.target, 'open')
        stack.push({ id: edge.target, at: 0 })
      }
    }
  }
  return back
}

/** Longest way from the beginning, by repeated removal of elements without open predecessors. */
function layers(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Map<string, number> {
  const waiting = new Map(nodes.map((node) => [node.id, 0]))
  const out = new Map<string, string[]>(nodes.map((node) => [node.id, []]))
  for (const edge of edges) {
    waiting.set(edge.target, (waiting.get(edge.target) ?? 0) + 1)
    out.get(edge.source)?.push(edge.target)
  }
  const layer = new Map(nodes.map((node) => [node.id, 0]))
  const open = nodes.filter((node) => waiting.get(node.id) === 0).map((node) => node.id)
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    for (const next of out.get(id) ?? []) {
      layer.set(next, Math.max(layer.get(next) ?? 0, (layer.get(id) ?? 0) + 1))
      const left = (waiting.get(next) ?? 1) - 1
      waiting.set(next, left)
      if (left === 0) open.push(next)
    }
  }
  return layer
}

interface Places { places: Map<string, Place>; chains: Map<string, Place[]> }

function placesOf(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], layerOf: Map<string, number>, back: Set<string>): Places {
  const place = (id: string, width: number, height: number, layer: number, dummy: boolean): Place => ({ id, width, height, layer, y: 0, before: [], after: [], dummy })
  const places = new Map(nodes.map((node) => [node.id, place(node.id, node.width, node.height, layerOf.get(node.id) ?? 0, false)]))
  const chains = new Map<string, Place[]>()
  for (const edge of edges) {
    if (edge.source === edge.target) continue
    const turned = back.has(edge.id)
    let from = places.get(turned ? edge.target : edge.source) as Place
    const to = places.get(turned ? edge.source : edge.target) as Place
    const chain: Place[] = []
    for (let layer = from.layer + 1; layer < to.layer; layer += 1) {
      const middle = place(`${edge.id}#${layer}`, 0, LANE, layer, true)
      places.set(middle.id, middle)
      link(from, middle)
      chain.push(middle)
      from = middle
    }
    link(from, to)
    chains.set(edge.id, turned ? chain.reverse() : chain)
  }
  return { places, chains }
}

function link(from: Place, to: Place): void {
  from.after.push(to)
  to.before.push(from)
}

/** Columns of places, each in an order with few crossings. */
function order(places: Map<string, Place>): Place[][] {
  const columns: Place[][] = []
  for (const place of places.values()) (columns[place.layer] ??= []).push(place)
  const filled = Array.from(columns, (column) => column ?? [])
  const rank = new Map<Place, number>()
  const count = (column: Place[]) => column.forEach((place, i) => rank.set(place, i))
  filled.forEach(count)
  const sort = (column: Place[], side: 'before' | 'after') => {
    const weight = new Map(column.map((place) => [place, middle(place[side].map((each) => rank.get(each) ?? 0)) ?? rank.get(place) ?? 0]))
    column.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0))
    count(column)
  }
  let best = filled.map((column) => [...column])
  let fewest = crossings(filled, rank)
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    if (sweep % 2 === 0) for (let i = 1; i < filled.length; i += 1) sort(filled[i] as Place[], 'before')
    else for (let i = filled.length - 2; i >= 0; i -= 1) sort(filled[i] as Place[], 'after')
    const now = crossings(filled, rank)
    if (now < fewest) {
      fewest = now
      best = filled.map((column) => [...column])
    }
  }
  return best
}

function middle(values: number[]): number | null {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null
}

function crossings(columns: Place[][], rank: Map<Place, number>): number {
  let sum = 0
  for (const column of columns) {
    const pairs = column.flatMap((place) => place.after.map((next) => [rank.get(place) ?? 0, rank.get(next) ?? 0] as const))
    for (let i = 0; i < pairs.length; i += 1) {
      for (let j = i + 1; j < pairs.length; j += 1) {
        const [a, b] = [pairs[i] as readonly [number, number], pairs[j] as readonly [number, number]]
        if ((a[0] - b[0]) * (a[1] - b[1]) < 0) sum += 1
      }
    }
  }
  return sum
}

/** Middles of the places: as near to the neighbours as the order in the column allows. */
function heights(columns: Place[][]): void {
  for (const column of columns) stack(column, column.map((_, i) => i * 100))
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forward = sweep % 2 === 0
    const list = forward ? columns : [...columns].reverse()
    for (const column of list) {
      // The last sweep looks ahead: a split stands level with its first way, which so goes straight on.
      stack(column, column.map((place) => wish(place, forward) ?? place.y))
    }
  }
  const top = Math.min(0, ...columns.flat().map((place) => place.y - place.height / 2))
  for (const place of columns.flat()) place.y -= top
}

function wish(place: Place, forward: boolean): number | null {
  const near = forward ? place.before : place.after
  if (!forward && near.length > 1) return Math.min(...near.map((each) => each.y))
  return near.length === 1 ? (near[0] as Place).y : middle(near.map((each) => each.y))
}

/** Places a column at its wishes, pushing apart what would overlap; pushed groups share the shift. */
function stack(column: Place[], wishes: number[]): void {
  interface Group { places: Place[]; offsets: number[]; sum: number; at: number }
  const groups: Group[] = []
  column.forEach((place, i) => {
    groups.push({ places: [place], offsets: [0], sum: wishes[i] as number, at: wishes[i] as number })
    for (let last = groups.length - 1; last > 0; last -= 1) {
      const [above, below] = [groups[last - 1] as Group, groups[last] as Group]
      const [bottom, head] = [above.places[above.places.length - 1] as Place, below.places[0] as Place]
      const gap = bottom.height / 2 + head.height / 2 + GAP_Y
      const reach = above.at + (above.offsets[above.offsets.length - 1] as number) + gap
      if (below.at >= reach) break
      const shift = (above.offsets[above.offsets.length - 1] as number) + gap
      above.places.push(...below.places)
      above.offsets.push(...below.offsets.map((offset) => offset + shift))
      above.sum += below.sum - below.places.length * shift
      above.at = above.sum / above.places.length
      groups.pop()
    }
  })
  for (const group of groups) group.places.forEach((place, i) => { place.y = group.at + (group.offsets[i] as number) })
}

function drawn(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], columns: Place[][], places: Map<string, Place>, chains: Map<string, Place[]>, back: Set<string>): Layout {
  const lefts: number[] = []
  const widths = columns.map((column) => Math.max(0, ...column.map((place) => place.width)))
  let x = ORIGIN.x
  for (const width of widths) {
    lefts.push(x)
    x += width + GAP_X
  }
  const centre = (place: Place): Point => ({ x: (lefts[place.layer] ?? 0) + (widths[place.layer] ?? 0) / 2, y: Math.round(ORIGIN.y + place.y) })
  const at = new Map<string, Point>()
  for (const node of nodes) {
    const { x: cx, y: cy } = centre(places.get(node.id) as Place)
    at.set(node.id, { x: Math.round(cx - node.width / 2), y: Math.round(cy - node.height / 2) })
  }
  const bottom = ORIGIN.y + Math.max(0, ...[...places.values()].map((place) => place.y + place.height / 2))
  let rounds = 0
  const lines = new Map<string, Point[]>()
  for (const edge of edges) {
    const [from, to] = [places.get(edge.source) as Place, places.get(edge.target) as Place]
    if (from === to || back.has(edge.id)) {
      // Loops run below everything, each on a line of its own.
      rounds += 1
      lines.set(edge.id, around(centre(from), from, centre(to), to, bottom + LANE * rounds))
    } else {
      lines.set(edge.id, through(centre(from), from, centre(to), to, (chains.get(edge.id) ?? []).map(centre), lefts))
    }
  }
  return { nodes: at, edges: lines }
}

/** Right out of the source, up or down in the gap before each column, left into the target. */
function through(start: Point, from: Place, end: Point, to: Place, middles: Point[], lefts: number[]): Point[] {
  const line: Point[] = [{ x: start.x + from.width / 2, y: start.y }]
  let y = start.y
  for (const [i, next] of [...middles, end].entries()) {
    const layer = from.layer + 1 + i
    if (next.y !== y) {
      const bend = (lefts[layer] ?? 0) - GAP_X + BEND
      line.push({ x: bend, y }, { x: bend, y: next.y })
      y = next.y
    }
  }
  line.push({ x: end.x - to.width / 2, y: end.y })
  return line.map(rounded)
}

function around(start: Point, from: Place, end: Point, to: Place, below: number): Point[] {
  return [
    { x: start.x, y: start.y + from.height / 2 }, { x: start.x, y: below }, { x: end.x - (from === to ? from.width / 2 + GAP_X / 4 : 0), y: below },
    ...(from === to ? [{ x: end.x - to.width / 2 - GAP_X / 4, y: end.y }, { x: end.x - to.width / 2, y: end.y }] : [{ x: end.x, y: end.y + to.height / 2 }]),
  ].map(rounded)
}

const rounded = (point: Point): Point => ({ x: Math.round(point.x), y: Math.round(point.y) })
