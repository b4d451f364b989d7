/** Where everything stands on the map: servers on the left, what they use inside in the middle, systems outside on the right. */
import type { RunPlace, RunState } from '@tongban/api'

export interface Box { place: RunPlace; x: number; y: number; width: number; height: number }
export interface Line { key: string; state: RunPlace['state']; d: string }
export interface Drawn { width: number; height: number; boxes: Box[]; lines: Line[]; zones: { key: 'inside' | 'outside'; x: number; width: number }[] }

const BOX = { width: 190, height: 52 }
const GAP = 16
const TOP = 40
const COLUMNS = [20, 290, 580] as const

export function layOut(places: readonly RunPlace[], links: RunState['links']): Drawn {
  const columns = [
    places.filter((place) => place.kind === 'node'),
    places.filter((place) => place.kind !== 'node' && place.zone !== 'outside'),
    places.filter((place) => place.zone === 'outside'),
  ]
  const rows = Math.max(1, ...columns.map((column) => column.length))
  const height = TOP + rows * (BOX.height + GAP) + 8
  const boxes = columns.flatMap((column, i) => {
    // A short column stands in the middle of the longest.
    const first = TOP + ((rows - column.length) * (BOX.height + GAP)) / 2
    return column.map((place, row): Box => ({ place, x: COLUMNS[i]!, y: first + row * (BOX.height + GAP), ...BOX }))
  })
  const at = new Map(boxes.map((box) => [box.place.key, box]))
  const lines = links.flatMap((link): Line[] => {
    const [from, to] = [at.get(link.from), at.get(link.to)]
    if (!from || !to) return []
    const [x1, y1, x2, y2] = [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2]
    const bend = (x2 - x1) / 2
    return [{ key: `${link.from} ${link.to}`, state: link.state, d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }]
  })
  return {
    width: 800, height, boxes, lines,
    zones: [{ key: 'inside', x: 4, width: 500 }, { key: 'outside', x: 564, width: 232 }],
  }
}
