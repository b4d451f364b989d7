/** Auto-layout as one command: undone in one step. */
import { layout } from '../model/layout.ts'

/* eslint-disable @typescript-eslint/no-explicit-any */
type Shape = any

interface Context { root: Shape }

const isFlowNode = (shape: Shape) => !shape.waypoints && !shape.hidden && shape.type !== 'label' && shape.businessObject?.$instanceOf?.('bpmn:FlowNode') === true

/** What is placed by itself; the rest follows: timers on an edge with their step, the inside of a sub-process with it. */
export function placed(root: Shape): Shape[] {
  return (root.children as Shape[]).filter((shape) => isFlowNode(shape) && !shape.host)
}

/** Pools and lanes say where a step belongs; moving steps about would change that. */
export function canLayout(root: Shape): boolean {
  return root.businessObject.$type === 'bpmn:Process' && !(root.children as Shape[]).some((shape) => shape.businessObject.$type === 'bpmn:Lane')
}

export class LayoutHandler {
  static $inject = ['modeling']
  private readonly modeling: any

  constructor(modeling: any) {
    this.modeling = modeling
  }

  preExecute(context: Context): void {
    const nodes = placed(context.root)
    // A way out of a timer on an edge counts as one out of its step.
    const home = new Map<Shape, Shape>(nodes.flatMap((node) => [[node, node], ...node.attachers.map((each: Shape) => [each, node])] as [Shape, Shape][]))
    const flows = nodes.flatMap((node) => [node, ...node.attachers]).flatMap((node: Shape) => node.outgoing as Shape[]).filter((flow) => home.has(flow.source) && home.has(flow.target))
    const found = layout(
      nodes.map((node) => ({ id: node.id, width: node.width, height: node.height })),
      flows.map((flow) => ({ id: flow.id, source: home.get(flow.source).id, target: home.get(flow.target).id })),
    )
    const notes = (context.root.children as Shape[]).filter((shape) => shape.businessObject.$type === 'bpmn:TextAnnotation')
    const offsets = new Map(notes.map((note) => [note, near(note, home)]))
    for (const node of nodes) this.shift(node, found.nodes.get(node.id))
    for (const flow of flows) {
      const line = found.edges.get(flow.id)
      // Lines from an edge begin where the timer stands, so they are drawn by bpmn-js.
      if (!line || flow.source.host) this.modeling.layoutConnection(flow)
      else this.modeling.updateWaypoints(flow, line)
    }
    // A label keeps its distance from what it explains.
    for (const [note, at] of offsets) if (at) this.shift(note, { x: at.anchor.x + at.dx, y: at.anchor.y + at.dy })
    for (const flow of flows) if (flow.labels?.length) this.label(flow)
  }

  private shift(shape: Shape, to: { x: number; y: number } | undefined): void {
    if (!to || (shape.x === to.x && shape.y === to.y)) return
    this.modeling.moveElements([shape], { x: to.x - shape.x, y: to.y - shape.y }, undefined, { autoResize: false })
  }

  /** The name of a way stands on its last level part, just above the line. */
  private label(flow: Shape): void {
    const label = flow.labels[0]
    const points = flow.waypoints as { x: number; y: number }[]
    const [a, b] = [points[points.length - 2], points[points.length - 1]]
    if (!a || !b) return
    const level = Math.abs(a.y - b.y) < 2
    const to = level ? { x: Math.round(Math.min(a.x, b.x) + 6), y: Math.round(a.y - label.height - 4) } : { x: Math.round(a.x + 6), y: Math.round((a.y + b.y) / 2 - label.height / 2) }
    this.shift(label, to)
  }
}

function near(note: Shape, home: Map<Shape, Shape>): { anchor: Shape; dx: number; dy: number } | null {
  const line = [...(note.incoming as Shape[]), ...(note.outgoing as Shape[])][0]
  const anchor = line ? home.get(line.source === note ? line.target : line.source) : undefined
  return anchor ? { anchor, dx: note.x - anchor.x, dy: note.y - anchor.y } : null
}
