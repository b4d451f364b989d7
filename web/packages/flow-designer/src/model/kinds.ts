/** The kinds of elements the bar offers, and how each is made. Definitions are data: a new kind is a row. */
import type { design } from '../messages/index.ts'

type Word = Parameters<typeof design>[0]
export type ElementKind = 'start' | 'step' | 'joint' | 'service' | 'timer' | 'exclusive' | 'parallel' | 'inclusive' | 'subprocess' | 'started' | 'call' | 'end' | 'label' | 'deadline'

export interface KindEntry {
  kind: ElementKind
  /** Type in BPMN. */
  type: string
  word: Word
  /** Class of the icon font that comes with bpmn-js. */
  icon: string
  /** Stands on the edge of a step. */
  onEdge?: boolean
  eventDefinitionType?: string
}

export const KINDS: readonly KindEntry[] = [
  { kind: 'start', type: 'bpmn:StartEvent', word: 'kindStart', icon: 'bpmn-icon-start-event-none' },
  { kind: 'step', type: 'bpmn:UserTask', word: 'kindStep', icon: 'bpmn-icon-user-task' },
  { kind: 'joint', type: 'bpmn:UserTask', word: 'kindJoint', icon: 'bpmn-icon-parallel-mi-marker' },
  { kind: 'service', type: 'bpmn:ServiceTask', word: 'kindService', icon: 'bpmn-icon-service-task' },
  { kind: 'timer', type: 'bpmn:IntermediateCatchEvent', word: 'kindTimer', icon: 'bpmn-icon-intermediate-event-catch-timer', eventDefinitionType: 'bpmn:TimerEventDefinition' },
  { kind: 'deadline', type: 'bpmn:BoundaryEvent', word: 'kindDeadline', icon: 'bpmn-icon-intermediate-event-catch-non-interrupting-timer', eventDefinitionType: 'bpmn:TimerEventDefinition', onEdge: true },
  { kind: 'exclusive', type: 'bpmn:ExclusiveGateway', word: 'kindExclusive', icon: 'bpmn-icon-gateway-xor' },
  { kind: 'parallel', type: 'bpmn:ParallelGateway', word: 'kindParallel', icon: 'bpmn-icon-gateway-parallel' },
  { kind: 'inclusive', type: 'bpmn:InclusiveGateway', word: 'kindInclusive', icon: 'bpmn-icon-gateway-or' },
  { kind: 'subprocess', type: 'bpmn:SubProcess', word: 'kindSubprocess', icon: 'bpmn-icon-subprocess-expanded' },
  { kind: 'started', type: 'bpmn:SubProcess', word: 'kindStarted', icon: 'bpmn-icon-event-subprocess-expanded' },
  { kind: 'call', type: 'bpmn:CallActivity', word: 'kindCall', icon: 'bpmn-icon-call-activity' },
  { kind: 'end', type: 'bpmn:EndEvent', word: 'kindEnd', icon: 'bpmn-icon-end-event-none' },
  { kind: 'label', type: 'bpmn:TextAnnotation', word: 'kindLabel', icon: 'bpmn-icon-text-annotation' },
]

const OTHER: Record<string, Word> = {
  'bpmn:SequenceFlow': 'kindFlow', 'bpmn:Association': 'kindAssociation', 'bpmn:Process': 'kindProcess', 'bpmn:Collaboration': 'kindProcess', 'bpmn:Participant': 'kindPool', 'bpmn:Lane': 'kindLane', 'bpmn:DataObjectReference': 'kindData', 'bpmn:DataStoreReference': 'kindData',
}

/** What to call an element; what the bar does not offer has a word too, because files come from elsewhere. */
export function wordOf(type: string, joint: boolean, started = false): Word {
  if (type === 'bpmn:SubProcess' && started) return 'kindStarted'
  const entry = KINDS.find((each) => each.type === type && (each.kind === 'joint') === joint)
  return entry?.word ?? OTHER[type] ?? 'kindOther'
}
