/**
 * The face of the drawing: everything the bars, the outline and the panel can do, without the canvas.
 * It holds the modeler of bpmn-js and tells Vue by two counters that something changed.
 */
import Modeler from 'bpmn-js/lib/Modeler.js'
import minimapModule from 'diagram-js-minimap'
import { ref, shallowRef } from 'vue'
import { withDiagram } from '../model/diagram.ts'
import { KINDS, type ElementKind } from '../model/kinds.ts'
import { readingOrder } from '../model/order.ts'
import { conditionOf, jointOf, loopOf, timerChange, withExtension, withHandings, type ExtensionKey, type Extensions, type Moddle } from '../model/properties.ts'
import tongban from '../model/tongban.json'
import type { Handing, HandingWay, Joint, TimerValue } from '../model/types.ts'
import type { DrawingGuard } from './guard.ts'
import { canLayout } from './layout-command.ts'
import { barModule, commandsModule, guardModule, keysModule, wordsModule } from './modules.ts'

/** A shape or line on the canvas. bpmn-js types them too loosely to help. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Element = any
export interface OutlineFlow { id: string; name: string; target: string; condition: string; byDefault: boolean }
export interface OutlineEntry { id: string; type: string; joint: boolean; started: boolean; name: string; level: number; flows: OutlineFlow[] }
export type Marker = 'tb-error' | 'tb-warning' | 'tb-done' | 'tb-now'

const GAP = 80
const MARGIN = 32
const MARKERS: readonly Marker[] = ['tb-error', 'tb-warning', 'tb-done', 'tb-now']

/** The file can't be drawn; the text is the reader's own, in its language. */
export class UnreadableFlow extends Error {}

export class Designer {
  /** Counts every change of the drawing, so that what is computed from it is computed again. */
  readonly version = ref(0)
  readonly selected = shallowRef<string[]>([])
  readonly locked = ref(false)
  private readonly modeler: Modeler
  private readonly marked = new Map<string, Marker>()

  constructor(container: HTMLElement, private readonly changed: () => void) {
    this.modeler = new Modeler({
      container,
      keyboard: { bind: false },
      moddleExtensions: { tongban },
      additionalModules: [minimapModule, wordsModule, keysModule, barModule, guardModule, commandsModule],
    } as never)
    this.modeler.on('commandStack.changed', () => {
      this.version.value += 1
      this.changed()
    })
    this.modeler.on('selection.changed', () => { this.selected.value = this.service('selection').get().map((each: Element) => each.id) })
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  private service(name: string): any {
    return this.modeler.get(name)
  }
  private readonly create = (type: string, values: Record<string, unknown>): Moddle => this.service('bpmnFactory').create(type, values)
  private batch(run: () => void): void {
    this.service('commandStack').execute('tongban.batch', { run })
  }

  /** Shows a file; gives the remarks of the reader about what it did not know (and kept). */
  async open(xml: string): Promise<string[]> {
    try {
      const { warnings } = await this.modeler.importXML(await withDiagram(xml))
      this.marked.clear()
      this.version.value += 1
      this.fit()
      return warnings.map((each) => String((each as unknown as Error).message ?? each))
    } catch (thrown) {
      throw new UnreadableFlow(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  async save(): Promise<string> {
    const { xml } = await this.modeler.saveXML({ format: true })
    if (!xml) throw new UnreadableFlow('empty')
    return xml
  }
  async picture(): Promise<string> {
    return (await this.modeler.saveSVG()).svg
  }
  destroy(): void {
    this.modeler.destroy()
  }

  element(id: string): Element | undefined {
    return this.service('elementRegistry').get(id)
  }
  business(id: string): Moddle | undefined {
    return this.element(id)?.businessObject
  }
  root(): Element {
    return this.service('canvas').getRootElement()
  }
  /** The process itself: what the panel shows when nothing is chosen. */
  process(): Moddle {
    const bo = this.root().businessObject
    return bo.$type === 'bpmn:Collaboration' ? (bo.participants?.find((each: Moddle) => each.processRef)?.processRef ?? bo) : bo
  }
  taken(id: string): boolean {
    return this.element(id) !== undefined || this.modeler.getDefinitions().id === id
  }

  /** All elements a case can reach, in reading order, with their ways out; then labels and what stands apart. */
  outline(): OutlineEntry[] {
    const shapes: Element[] = this.service('elementRegistry').filter((each: Element) => !each.waypoints && each.type !== 'label' && each.parent && each.type !== 'bpmn:Participant' && each.type !== 'bpmn:Lane')
    const byId = new Map(shapes.map((each) => [each.id as string, each]))
    const flowsOf = (each: Element): Element[] => (each.outgoing ?? []).filter((line: Element) => line.type === 'bpmn:SequenceFlow')
    const ordered = readingOrder(shapes.map((each) => ({ id: each.id, next: [...flowsOf(each).map((line) => line.target.id), ...(each.attachers ?? []).map((edge: Element) => edge.id)] })), shapes.filter((each) => each.type === 'bpmn:StartEvent').map((each) => each.id))
    return ordered.flatMap((id) => {
      const each = byId.get(id)
      if (!each) return []
      const bo = each.businessObject
      const inside = each.parent.type === 'bpmn:SubProcess'
      return [{
        id, type: each.type as string, joint: jointOf(bo) !== null, started: bo.triggeredByEvent === true, name: String((each.type === 'bpmn:TextAnnotation' ? bo.text : bo.name) ?? ''), level: inside || each.host ? 2 : 1,
        flows: flowsOf(each).map((line) => ({ id: line.id as string, name: String(line.businessObject.name ?? ''), target: line.target.id as string, condition: conditionOf(line.businessObject), byDefault: bo.default === line.businessObject })),
      }]
    })
  }

  select(ids: readonly string[]): void {
    this.service('selection').select(ids.map((id) => this.element(id)).filter(Boolean))
  }
  /** Chooses an element and brings it into the middle when it is not seen. */
  show(id: string): boolean {
    const element = this.element(id)
    if (!element || element === this.root()) {
      this.select([])
      return false
    }
    this.select([id])
    const canvas = this.service('canvas')
    const view = canvas.viewbox()
    const box = element.waypoints ? middleOf(element.waypoints) : { x: element.x + element.width / 2, y: element.y + element.height / 2 }
    const inside = box.x > view.x + MARGIN && box.x < view.x + view.width - MARGIN && box.y > view.y + MARGIN && box.y < view.y + view.height - MARGIN
    if (!inside) canvas.viewbox({ x: box.x - view.width / 2, y: box.y - view.height / 2, width: view.width, height: view.height })
    return true
  }

  /** Elements a new one can follow. */
  canFollow(id: string | undefined): boolean {
    const element = id ? this.element(id) : undefined
    return element?.businessObject.$instanceOf('bpmn:FlowNode') === true && element.type !== 'bpmn:EndEvent' && element.businessObject.triggeredByEvent !== true
  }
  private shapeOf(kind: ElementKind): Element {
    const entry = KINDS.find((each) => each.kind === kind)
    if (!entry) throw new Error(`unknown kind ${kind}`)
    const businessObject = kind === 'joint' ? this.create(entry.type, { loopCharacteristics: loopOf({ sequential: false, ratio: 100 }, this.create) }) : undefined
    return this.service('elementFactory').createShape({ type: entry.type, ...(businessObject ? { businessObject } : {}), ...(entry.eventDefinitionType ? { eventDefinitionType: entry.eventDefinitionType } : {}), ...(kind === 'subprocess' ? { isExpanded: true } : {}), ...(kind === 'started' ? { isExpanded: true, triggeredByEvent: true } : {}) })
  }
  /** Adds an element after another one (between it and its only successor), on its edge, or apart. Gives the new id. */
  add(kind: ElementKind, after?: string): string | null {
    const source = after ? this.element(after) : undefined
    const entry = KINDS.find((each) => each.kind === kind)
    if (entry?.onEdge && !source?.businessObject.$instanceOf('bpmn:Activity')) return null
    const shape = this.shapeOf(kind)
    const modeling = this.service('modeling')
    this.batch(() => {
      if (entry?.onEdge) modeling.createShape(shape, { x: source.x + source.width - 24, y: source.y + source.height }, source, { attach: true })
      else if (source && kind === 'label') this.service('autoPlace').append(source, shape)
      else if (source && kind !== 'start' && kind !== 'started' && this.canFollow(after)) this.follow(source, shape)
      else if (kind === 'started') this.addStarted(shape, source)
      else modeling.createShape(shape, this.free(shape), this.root())
    })
    this.show(shape.id)
    return shape.id
  }
  /** A sub-process that a timer starts: apart from the way, with the start that waits. Within the sub-process chosen, if one is. */
  private addStarted(shape: Element, source: Element | undefined): void {
    const modeling = this.service('modeling')
    const within = source?.type === 'bpmn:SubProcess' && source.di?.isExpanded !== false ? source : this.root()
    const placed = modeling.createShape(shape, within === this.root() ? this.free(shape) : { x: within.x + within.width / 2, y: within.y + within.height / 2 }, within)
    const start = this.service('elementFactory').createShape({ type: 'bpmn:StartEvent', eventDefinitionType: 'bpmn:TimerEventDefinition', isInterrupting: true })
    modeling.createShape(start, { x: placed.x + 60, y: placed.y + placed.height / 2 }, placed)
  }
  /** Begins dragging a new element onto the canvas. */
  drag(kind: ElementKind, event: Event): void {
    if (!this.locked.value) this.service('create').start(event, this.shapeOf(kind))
  }
  private follow(source: Element, shape: Element): void {
    const out = (source.outgoing as Element[]).filter((line) => line.type === 'bpmn:SequenceFlow')
    const splits = source.businessObject.$instanceOf('bpmn:Gateway')
    if (out.length !== 1 || splits || shape.type === 'bpmn:EndEvent') {
      this.service('autoPlace').append(source, shape)
      return
    }
    const modeling = this.service('modeling')
    const right = source.x + source.width
    // What stands further right makes room first.
    const later = (source.parent.children as Element[]).filter((each) => !each.waypoints && each.type !== 'label' && !each.host && each.x >= right)
    if (later.length) modeling.moveElements(later, { x: shape.width + GAP, y: 0 })
    const placed = modeling.createShape(shape, { x: right + GAP + shape.width / 2, y: source.y + source.height / 2 }, source.parent)
    modeling.reconnectStart(out[0], placed, { x: placed.x + placed.width / 2, y: placed.y + placed.height / 2 })
    modeling.connect(source, placed)
  }
  private free(shape: Element): { x: number; y: number } {
    const all = (this.root().children as Element[]).filter((each) => !each.waypoints)
    if (!all.length) return { x: 200, y: 200 }
    const top = Math.min(...all.map((each) => each.y))
    return { x: Math.max(...all.map((each) => each.x + each.width)) + GAP + shape.width / 2, y: top + shape.height / 2 }
  }
  /** What an element may be connected to. */
  targets(from: string): string[] {
    const source = this.element(from)
    if (!source) return []
    return this.outline().map((each) => each.id).filter((id) => id !== from && Boolean(this.service('rules').allowed('connection.create', { source, target: this.element(id) })))
  }
  connect(from: string, to: string): string | null {
    const [source, target] = [this.element(from), this.element(to)]
    const attrs = source && target ? this.service('rules').allowed('connection.create', { source, target }) : false
    if (!attrs) return null
    return this.service('modeling').connect(source, target, attrs)?.id ?? null
  }
  remove(ids: readonly string[]): void {
    const elements = ids.map((id) => this.element(id)).filter((each) => each && each !== this.root())
    if (elements.length && !this.locked.value) this.service('modeling').removeElements(elements)
  }
  move(ids: readonly string[], delta: { x: number; y: number }): void {
    const elements = ids.map((id) => this.element(id)).filter((each) => each && !each.waypoints)
    if (elements.length && !this.locked.value) this.service('modeling').moveElements(elements, delta)
  }
  align(how: 'left' | 'center' | 'right' | 'top' | 'middle' | 'bottom'): void {
    this.service('editorActions').trigger('alignElements', { type: how })
  }
  distribute(how: 'horizontal' | 'vertical'): void {
    this.service('editorActions').trigger('distributeElements', { type: how })
  }
  canLayout(): boolean {
    return canLayout(this.root())
  }
  layout(): void {
    if (!this.canLayout() || this.locked.value) return
    this.service('commandStack').execute('tongban.layout', { root: this.root() })
    this.fit()
  }

  undo(): void {
    this.service('commandStack').undo()
  }
  redo(): void {
    this.service('commandStack').redo()
  }
  get canUndo(): boolean {
    return this.service('commandStack').canUndo()
  }
  get canRedo(): boolean {
    return this.service('commandStack').canRedo()
  }
  copy(): void {
    this.service('copyPaste').copy(this.service('selection').get())
  }
  cut(): void {
    this.copy()
    this.remove(this.selected.value)
  }
  /** Puts the copy below what is chosen or the first element. */
  paste(): void {
    if (this.locked.value || this.service('clipboard').isEmpty()) return
    const near = this.service('selection').get()[0] ?? this.root().children[0]
    const element = this.root()
    this.service('copyPaste').paste({ element, point: near?.width ? { x: near.x + near.width / 2, y: near.y + near.height + 120 } : { x: 300, y: 300 } })
  }
  selectAll(): void {
    this.service('editorActions').trigger('selectElements', {})
  }
  find(): void {
    this.service('searchPad').toggle()
  }
  zoom(step: 1 | -1): void {
    this.service('zoomScroll').stepZoom(step)
  }
  /** The whole drawing with a margin, but never larger than life. */
  fit(): void {
    const canvas = this.service('canvas')
    canvas.resized()
    const { inner, outer } = canvas.viewbox()
    if (!outer.width || !outer.height || !Number.isFinite(inner.x)) return
    const scale = Math.min(1, outer.width / (inner.width + 2 * MARGIN), outer.height / (inner.height + 2 * MARGIN))
    const [width, height] = [outer.width / scale, outer.height / scale]
    canvas.viewbox({ x: inner.x + inner.width / 2 - width / 2, y: inner.y + inner.height / 2 - height / 2, width, height })
  }
  toggleMinimap(): boolean {
    const minimap = this.service('minimap')
    minimap.toggle()
    return minimap.isOpen()
  }
  lock(on: boolean): void {
    this.locked.value = on
    ;(this.service('drawingGuard') as DrawingGuard).up = on
    this.service('contextPad').close()
  }

  /** Colours elements: findings or the way of a trial run. Replaces what was marked before. */
  mark(marks: ReadonlyMap<string, Marker>): void {
    const canvas = this.service('canvas')
    for (const [id, marker] of this.marked) if (this.element(id)) canvas.removeMarker(id, marker)
    this.marked.clear()
    for (const [id, marker] of marks) {
      if (!MARKERS.includes(marker) || !this.element(id) || this.element(id) === this.root()) continue
      canvas.addMarker(id, marker)
      this.marked.set(id, marker)
    }
  }

  /** Changes plain properties, such as `name` or `tongban:role`; empty values go. */
  set(id: string, values: Record<string, unknown>): void {
    const element = this.element(id)
    if (!element) return
    const kept = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value === '' ? undefined : value]))
    this.service('modeling').updateProperties(element, kept)
  }
  /** Properties of the process, which is the root of the drawing or stands behind a pool. */
  setProcess(values: Record<string, unknown>): void {
    this.service('modeling').updateModdleProperties(this.root(), this.process(), values)
  }
  rename(id: string, name: string): void {
    const element = this.element(id)
    if (!element) return
    if (element.type === 'bpmn:TextAnnotation') this.set(id, { text: name })
    else this.service('modeling').updateLabel(element.labelTarget ?? element, name)
  }
  describe(id: string, text: string): void {
    const bo = this.business(id)
    if (bo) this.change(id, bo, { documentation: text ? [this.create('bpmn:Documentation', { text })] : [] })
  }
  setExtension<K extends ExtensionKey>(id: string, key: K, value: Extensions[K]): void {
    const bo = this.business(id)
    if (bo) this.change(id, bo, { extensionElements: withExtension(bo, key, value, this.create) })
  }
  /** What a call hands over, one way. */
  setHandings(id: string, way: HandingWay, rows: readonly Handing[]): void {
    const bo = this.business(id)
    if (bo) this.change(id, bo, { extensionElements: withHandings(bo, way, rows, this.create) })
  }
  setJoint(id: string, joint: Joint | null): void {
    this.set(id, { loopCharacteristics: loopOf(joint, this.create) })
  }
  setTimer(id: string, value: TimerValue): void {
    const bo = this.business(id)
    const change = bo && timerChange(bo, value, this.create)
    if (change) this.change(id, change.holder, change.values)
  }
  setCondition(id: string, expression: string): void {
    this.set(id, { conditionExpression: expression.trim() ? this.create('bpmn:FormalExpression', { body: expression.trim() }) : undefined })
  }
  /** The way taken when no condition holds. */
  setDefault(flow: string, on: boolean): void {
    const line = this.element(flow)
    if (line) this.service('modeling').updateProperties(line.source, { default: on ? line.businessObject : undefined })
  }
  private change(id: string, holder: Moddle, values: Record<string, unknown>): void {
    this.service('modeling').updateModdleProperties(this.element(id), holder, values)
  }
}

function middleOf(points: { x: number; y: number }[]): { x: number; y: number } {
  return points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 }
}
