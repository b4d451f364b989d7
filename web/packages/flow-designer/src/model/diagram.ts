/** Files as text: an empty flow, and a drawing for files that have none. */
import { BpmnModdle } from 'bpmn-moddle'
import { layout } from './layout.ts'
import type { Moddle } from './properties.ts'
import tongban from './tongban.json'

export const moddle = (): Moddle => new BpmnModdle({ tongban })

const SIZES: Record<string, { width: number; height: number }> = { Gateway: { width: 50, height: 50 }, Event: { width: 36, height: 36 }, SubProcess: { width: 200, height: 120 } }
function sizeOf(type: string): { width: number; height: number } {
  const found = Object.keys(SIZES).find((each) => type.endsWith(each))
  return found ? (SIZES[found] as { width: number; height: number }) : { width: 120, height: 80 }
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)

/** A flow to begin with: accepted, one step, decided. */
export function emptyFlow(name: string, words: { start: string; step: string; end: string }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:tongban="https://tongban.dev/bpmn/1" id="definitions" targetNamespace="https://tongban.dev/flows" expressionLanguage="https://www.omg.org/spec/FEEL/20230819/">
  <bpmn:process id="process" name="${escaped(name)}" isExecutable="true">
    <bpmn:startEvent id="accepted" name="${escaped(words.start)}"><bpmn:outgoing>flow_1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="review" name="${escaped(words.step)}"><bpmn:incoming>flow_1</bpmn:incoming><bpmn:outgoing>flow_2</bpmn:outgoing></bpmn:userTask>
    <bpmn:endEvent id="done" name="${escaped(words.end)}"><bpmn:incoming>flow_2</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="flow_1" sourceRef="accepted" targetRef="review" />
    <bpmn:sequenceFlow id="flow_2" sourceRef="review" targetRef="done" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="process">
    <bpmndi:BPMNShape id="shape_accepted" bpmnElement="accepted"><dc:Bounds x="162" y="182" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="shape_review" bpmnElement="review"><dc:Bounds x="290" y="160" width="120" height="80" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="shape_done" bpmnElement="done"><dc:Bounds x="502" y="182" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="edge_1" bpmnElement="flow_1"><di:waypoint x="198" y="200" /><di:waypoint x="290" y="200" /></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="edge_2" bpmnElement="flow_2"><di:waypoint x="410" y="200" /><di:waypoint x="502" y="200" /></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
`
}

/** Whether every step and way of the process has its place on the drawing. */
function isDrawn(root: Moddle, elements: readonly Moddle[]): boolean {
  const drawn = new Set<Moddle>(root.get('diagrams').flatMap((each: Moddle) => each.plane?.get('planeElement') ?? []).map((each: Moddle) => each.bpmnElement))
  return drawn.size > 0 && elements.every((each) => drawn.has(each))
}

/**
 * Gives a file without a drawing, or with one that lacks elements, a drawing: other programs and hands write such
 * files, and what has no place is not seen by anybody.
 */
export async function withDiagram(xml: string): Promise<string> {
  const model = moddle()
  const { rootElement } = await model.fromXML(xml)
  const process = rootElement.get('rootElements').find((each: Moddle) => each.$type === 'bpmn:Process')
  if (!process) return xml
  const elements: Moddle[] = process.get('flowElements')
  const nodes = elements.filter((each) => each.$instanceOf('bpmn:FlowNode'))
  const flows = elements.filter((each) => each.$type === 'bpmn:SequenceFlow' && each.sourceRef && each.targetRef)
  if (isDrawn(rootElement, [...nodes, ...flows])) return xml
  const plane = drawing(model, process, nodes, flows)
  rootElement.set('diagrams', [model.create('bpmndi:BPMNDiagram', { id: 'diagram_1', plane })])
  return (await model.toXML(rootElement, { format: true })).xml
}

function drawing(model: Moddle, process: Moddle, nodes: readonly Moddle[], flows: readonly Moddle[]): Moddle {
  const home = (each: Moddle) => (each.attachedToRef ?? each).id as string
  const found = layout(nodes.filter((each) => !each.attachedToRef).map((each) => ({ id: each.id, ...sizeOf(each.$type) })), flows.map((each) => ({ id: each.id, source: home(each.sourceRef), target: home(each.targetRef) })))
  const places = new Map<Moddle, { x: number; y: number; width: number; height: number }>()
  for (const node of nodes) {
    const [at, size, host] = [found.nodes.get(home(node)) ?? { x: 0, y: 0 }, sizeOf(node.$type), node.attachedToRef]
    places.set(node, host ? { x: at.x + sizeOf(host.$type).width - size.width, y: at.y + sizeOf(host.$type).height - size.height / 2, ...size } : { ...at, ...size })
  }
  const lines = new Map<Moddle, { x: number; y: number }[]>(flows.map((flow) => [flow, found.edges.get(flow.id) ?? []]))
  const artifacts: Moddle[] = process.get('artifacts')
  for (const link of artifacts.filter((each) => each.$type === 'bpmn:Association')) {
    const [node, note] = places.has(link.sourceRef) ? [link.sourceRef, link.targetRef] : [link.targetRef, link.sourceRef]
    const at = places.get(node)
    if (!at || note?.$type !== 'bpmn:TextAnnotation') continue
    // A label stands above what it explains.
    places.set(note, { x: at.x, y: at.y - 70, width: 120, height: 40 })
    lines.set(link, [{ x: at.x + 20, y: at.y }, { x: at.x + 20, y: at.y - 30 }])
  }
  const shapes = [...places].map(([element, bounds]) => model.create('bpmndi:BPMNShape', { id: `shape_${element.id}`, bpmnElement: element, bounds: model.create('dc:Bounds', bounds), ...(element.$type === 'bpmn:SubProcess' ? { isExpanded: false } : {}) }))
  const edges = [...lines].map(([element, points]) => model.create('bpmndi:BPMNEdge', { id: `edge_${element.id}`, bpmnElement: element, waypoint: points.map((point) => model.create('dc:Point', { ...point })) }))
  return model.create('bpmndi:BPMNPlane', { id: 'plane_1', bpmnElement: process, planeElement: [...shapes, ...edges] })
}
