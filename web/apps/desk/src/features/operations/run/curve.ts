/** A curve drawn into 300 by 80: x by time, y from zero, so that a small change looks small. */
export interface Point { at: string; value: number }
export interface Range { from: number; to: number; least: number; most: number }

const WIDTH = 300
const HEIGHT = 80
const PAD = 4

export function span(points: readonly Point[]): Range {
  const times = points.map((point) => Date.parse(point.at))
  const values = points.map((point) => point.value)
  return { from: Math.min(...times), to: Math.max(...times), least: Math.min(0, ...values), most: Math.max(0, ...values) }
}

function place(point: Point, range: Range): string {
  const x = range.to > range.from ? ((Date.parse(point.at) - range.from) / (range.to - range.from)) * WIDTH : WIDTH / 2
  const share = range.most > range.least ? (point.value - range.least) / (range.most - range.least) : 0
  return `${x.toFixed(1)} ${(HEIGHT - PAD - share * (HEIGHT - 2 * PAD)).toFixed(1)}`
}

/** A single point becomes a short line: a path of one point draws nothing. */
export function path(points: readonly Point[], range: Range): string {
  if (points.length === 1) return `M${place(points[0]!, range)}h3`
  return points.map((point, i) => `${i ? 'L' : 'M'}${place(point, range)}`).join('')
}

export function area(points: readonly Point[], range: Range): string {
  if (points.length < 2) return ''
  const first = place(points[0]!, range).split(' ')[0]
  const last = place(points.at(-1)!, range).split(' ')[0]
  return `${path(points, range)}L${last} ${HEIGHT}L${first} ${HEIGHT}Z`
}
