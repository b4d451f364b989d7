/** The figures of a running flow: its steps in the order of the drawing, one version or all together (FORM-030). */
import type { FlowMonitor, FlowNode, FlowVersion } from '@tongban/api'
import { running as t } from '../../../messages/running.ts'

export interface StepFigures {
  element: string; name: string; open: number; overdue: number; done: number; average: number | null
  /** Not on the drawing that is shown: an older version had it. */
  gone: boolean
}
export interface DrawnStep { id: string; name: string }

/** The element of the drawing that a step of a called flow (`<call>/<step>`) stands in; of any other step itself. */
export const callOf = (element: string): string => element.split('/')[0] ?? element

/** The mean of means, each counting for as many cases as it was taken from. */
function averageOf(nodes: readonly FlowNode[]): number | null {
  const taken = nodes.filter((each) => each.average_hours !== null && each.done > 0)
  const cases = taken.reduce((sum, each) => sum + each.done, 0)
  return cases ? taken.reduce((sum, each) => sum + (each.average_hours ?? 0) * each.done, 0) / cases : null
}

/** Steps of one version, or of all (`null`), those of the drawing first and in its order. */
export function stepFigures(nodes: readonly FlowNode[], version: number | null, drawn: readonly DrawnStep[]): StepFigures[] {
  const counted = nodes.filter((each) => version === null || each.version === version)
  const known = new Map(drawn.map((each) => [each.id, each.name]))
  const rest = [...new Set(counted.map((each) => each.element))].filter((element) => !known.has(element))
  // Steps of a called flow stand where it is called.
  const order = [...known.keys()].flatMap((drawn) => [drawn, ...rest.filter((element) => callOf(element) === drawn)])
  return [...order, ...rest.filter((element) => !order.includes(element))].flatMap((element) => {
    const own = counted.filter((each) => each.element === element)
    // A step nobody works at (a service, a timer) is named only when something stands there.
    if (!own.length) return []
    const sum = (key: 'open' | 'overdue' | 'done') => own.reduce((total, each) => total + each[key], 0)
    const newest = own.reduce((a, b) => (b.version > a.version ? b : a))
    return [{ element, name: known.get(element) || newest.name || element, open: sum('open'), overdue: sum('overdue'), done: sum('done'), average: averageOf(own), gone: known.size > 0 && !known.has(element) && !known.has(callOf(element)) }]
  })
}

/** Figures for the picture, which shows a called flow as one box. */
export function standing(steps: readonly StepFigures[]): Pick<StepFigures, 'element' | 'open' | 'overdue'>[] {
  const boxes = new Map<string, { element: string; open: number; overdue: number }>()
  for (const { element, open, overdue } of steps) {
    const box = boxes.get(callOf(element)) ?? { element: callOf(element), open: 0, overdue: 0 }
    boxes.set(box.element, { ...box, open: box.open + open, overdue: box.overdue + overdue })
  }
  return [...boxes.values()]
}

const HOURS = 24
const LONG = 48
const rounded = (n: number) => String(Math.round(n * 10) / 10)

/** 3.5 小时, from two days on 2.3 天. */
export function spell(hours: number | null): string {
  if (hours === null) return t('averageNone')
  return hours < LONG ? t('hours', { n: rounded(hours) }) : t('days', { n: rounded(hours / HOURS) })
}

export const versionName = (version: FlowVersion): string => t(version.current ? 'versionCurrent' : 'versionN', { n: version.version })

/** The version whose drawing is shown: the one asked for, otherwise the one new cases take, otherwise the newest. */
export function shownVersion(versions: readonly FlowVersion[], asked: number | null): number | null {
  if (asked !== null) return asked
  return versions.find((each) => each.current)?.version ?? versions.reduce<number | null>((newest, each) => (newest === null || each.version > newest ? each.version : newest), null)
}

/** The version in the address; anything else means all. */
export function askedVersion(text: unknown, versions: readonly FlowVersion[]): number | null {
  const version = typeof text === 'string' && text !== '' ? Number(text) : NaN
  return versions.some((each) => each.version === version) ? version : null
}

export const hasRun = (monitor: FlowMonitor): boolean => monitor.versions.some((each) => each.running > 0) || monitor.nodes.some((each) => each.open > 0 || each.done > 0)

/** For a spreadsheet: the table as it is shown. */
export function csvRows(steps: readonly StepFigures[]): (string | number)[][] {
  return [[t('step'), t('open'), t('late'), t('done'), t('averageHours')], ...steps.map((each) => [each.name, each.open, each.overdue, each.done, each.average === null ? '' : rounded(each.average)])]
}
