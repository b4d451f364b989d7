/** The small bar beside a chosen element: only what the engine can run. */
import type { Moddle } from '../model/properties.ts'
import type { DrawingGuard } from './guard.ts'
import { translate } from './translate.ts'

/* Services of bpmn-js are found by name; their types are not published. */
/* eslint-disable @typescript-eslint/no-explicit-any */
interface Entry { group: string; className: string; title: string; action: Record<string, (event: Event, element: any) => void> }

const APPEND = [
  { key: 'step', type: 'bpmn:UserTask', icon: 'bpmn-icon-user-task', title: 'Append task' },
  { key: 'gateway', type: 'bpmn:ExclusiveGateway', icon: 'bpmn-icon-gateway-xor', title: 'Append gateway' },
  { key: 'end', type: 'bpmn:EndEvent', icon: 'bpmn-icon-end-event-none', title: 'Append end event' },
  { key: 'label', type: 'bpmn:TextAnnotation', icon: 'bpmn-icon-text-annotation', title: 'Add text annotation' },
] as const

export class DesignerPad {
  static $inject = ['contextPad', 'autoPlace', 'create', 'elementFactory', 'connect', 'modeling', 'rules', 'drawingGuard']

  private readonly autoPlace: any
  private readonly create: any
  private readonly elementFactory: any
  private readonly connect: any
  private readonly modeling: any
  private readonly rules: any
  private readonly drawingGuard: DrawingGuard

  constructor(contextPad: any, autoPlace: any, create: any, elementFactory: any, connect: any, modeling: any, rules: any, drawingGuard: DrawingGuard) {
    this.autoPlace = autoPlace
    this.create = create
    this.elementFactory = elementFactory
    this.connect = connect
    this.modeling = modeling
    this.rules = rules
    this.drawingGuard = drawingGuard
    contextPad.registerProvider(this)
  }

  getContextPadEntries(element: Moddle): Record<string, Entry> {
    if (this.drawingGuard.up || element.type === 'label') return {}
    const entries: Record<string, Entry> = {}
    const flows = ['bpmn:StartEvent', 'bpmn:UserTask', 'bpmn:ServiceTask', 'bpmn:Task', 'bpmn:SubProcess', 'bpmn:CallActivity', 'bpmn:IntermediateCatchEvent', 'bpmn:BoundaryEvent', 'bpmn:ExclusiveGateway', 'bpmn:ParallelGateway', 'bpmn:InclusiveGateway'].includes(element.type) && element.businessObject?.triggeredByEvent !== true
    if (flows) {
      for (const each of APPEND) {
        const start = (event: Event) => this.create.start(event, this.elementFactory.createShape({ type: each.type }), { source: element })
        entries[`append.${each.key}`] = { group: 'model', className: each.icon, title: translate(each.title), action: { dragstart: start, click: () => this.autoPlace.append(element, this.elementFactory.createShape({ type: each.type })) } }
      }
    }
    if (flows || element.type === 'bpmn:TextAnnotation') {
      const start = (event: Event) => this.connect.start(event, element)
      entries.connect = { group: 'connect', className: 'bpmn-icon-connection-multi', title: translate('Connect to other element'), action: { click: start, dragstart: start } }
    }
    if (this.rules.allowed('elements.delete', { elements: [element] }) !== false) {
      entries.delete = { group: 'edit', className: 'bpmn-icon-trash', title: translate('Delete'), action: { click: () => this.modeling.removeElements([element]) } }
    }
    return entries
  }
}
