/** A flow file as plain shapes and lines, for pages that only show it: no canvas, nothing to be changed. */
import { moddle, withDiagram } from '../model/diagram.ts'
import { readingOrder } from '../model/order.ts'
import type { Moddle } from '../model/properties.ts'

export type ShapeKind = 'task' | 'service' | 'event' | 'end' | 'gateway' | 'other'
export interface Shape { id: string; name: string; kind: ShapeKind; x: number; y: number; width: number; height: number }
export interface Line { id: string; points: { x: number; y: number }[] }
/** `steps` are the elements at which a case can stand, in reading order. */
export interface Drawing { shapes: Shape[]; lines: Line[]; steps: { id: string; name: string }[]; width: number; height: number; left: number; top: number }

const MARGIN = 24
const KINDS: readonly [type: string, kind: ShapeKind][] = [['bpmn:Gateway', 'gateway'], ['bpmn:EndEvent', 'end'], ['bpmn:Event', 'event'], ['bpmn:ServiceTask', 'service'], ['bpmn:Activity', 'task']]
const WAITS: readonly string[] = ['bpmn:UserTask', 'bpmn:ServiceTask', 'bpmn:IntermediateCatchEvent', 'bpmn:SubProcess', 'bpmn:CallActivity']

const kindOf = (element: Moddle): ShapeKind => KINDS.find(([type]) => element.$instanceOf(type))?.[1] ?? 'other'

/** Reads a file; one without a drawing gets one first. Throws when it is no flow. */
export async function drawingOf(xml: string): Promise<Drawing> {
  const { rootElement: root } = await moddle().fromXML(await withDiagram(xml))
  const planes: Moddle[] = root.get('diagrams').flatMap((each: Moddle) => each.plane?.get('planeElement') ?? [])
  const shapes = planes.filter((each) => each.$type === 'bpmndi:BPMNShape' && each.bounds && each.bpmnElement?.$instanceOf('bpmn:FlowNode')).map((each): Shape => {
    const { x, y, width, height } = each.bounds
    return { id: each.bpmnElement.id, name: each.bpmnElement.name ?? '', kind: kindOf(each.bpmnElement), x, y, width, height }
  })
  const lines = planes.filter((each) => each.$type === 'bpmndi:BPMNEdge' && each.bpmnElement?.$type === 'bpmn:SequenceFlow').map((each): Line => ({ id: each.bpmnElement.id, points: each.get('waypoint').map(({ x, y }: { x: number; y: number }) => ({ x, y })) }))
  const places = [...shapes.flatMap((each) => [{ x: each.x, y: each.y }, { x: each.x + each.width, y: each.y + each.height }]), ...lines.flatMap((each) => each.points)]
  const across = span(places.map((each) => each.x))
  const down = span(places.map((each) => each.y))
  return { shapes, lines, steps: stepsOf(root), left: across.from, top: down.from, width: across.length, height: down.length }
}

/** From the first to the last place with a margin on both sides. */
function span(places: readonly number[]): { from: number; length: number } {
  const from = places.length ? Math.min(...places) : 0
  const to = places.length ? Math.max(...places) : 0
  return { from: from - MARGIN, length: to - from + 2 * MARGIN }
}

function stepsOf(root: Moddle): { id: string; name: string }[] {
  const process = root.get('rootElements').find((each: Moddle) => each.$type === 'bpmn:Process')
  const elements: Moddle[] = process?.get('flowElements') ?? []
  const nodes = elements.filter((each) => each.$instanceOf('bpmn:FlowNode'))
  const flows = elements.filter((each) => each.$type === 'bpmn:SequenceFlow')
  const home = (each: Moddle): string => (each.attachedToRef ?? each).id
  const order = readingOrder(nodes.map((each) => ({ id: each.id, next: flows.filter((flow) => flow.sourceRef && home(flow.sourceRef) === each.id && flow.targetRef).map((flow) => flow.targetRef.id) })), nodes.filter((each) => each.$type === 'bpmn:StartEvent').map((each) => each.id))
  const byId = new Map(nodes.map((each) => [each.id as string, each]))
  return order.flatMap((id) => byId.get(id) ?? []).filter((each) => WAITS.includes(each.$type)).map((each) => ({ id: each.id, name: each.name ?? '' }))
}

/** A name broken into lines of a shape; what does not fit ends with an ellipsis. */
export function linesOf(name: string, perLine: number, most: number): string[] {
  const letters = [...name]
  const lines = Array.from({ length: Math.min(most, Math.ceil(letters.length / perLine)) }, (_, i) => letters.slice(i * perLine, (i + 1) * perLine).join(''))
  const last = lines.length - 1
  if (letters.length > perLine * most) lines[last] = `${[...(lines[last] ?? '')].slice(0, -1).join('')}…`
  return lines
}
