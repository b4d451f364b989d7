/**
 * Our properties of an element, read from the model of bpmn-js (a "business object") as plain values, and made
 * again from plain values. Nothing is changed in place: an undone command must find the old objects untouched.
 */
import type {
  EventKind, FieldAccess, FieldRights, Handing, HandingWay, Handler, HandlerKind, Joint, LimitUnit, StepButton, StepEvent, TimerValue, ButtonAction,
} from './types.ts'

/** An object of bpmn-moddle: typed by its own descriptor, not by TypeScript. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Moddle = any
/** Makes an object of a type, such as `tongban:Handler`. */
export type Create = (type: string, values: Record<string, unknown>) => Moddle

export interface Extensions {
  handlers: Handler[]
  buttons: StepButton[]
  events: StepEvent[]
  /** Null when the step says nothing of fields. */
  rights: FieldRights | null
}
export type ExtensionKey = keyof Extensions

const TYPES: Record<ExtensionKey, string> = { handlers: 'tongban:Handlers', buttons: 'tongban:Buttons', events: 'tongban:Events', rights: 'tongban:Fields' }

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const entriesOf = (bo: Moddle, key: ExtensionKey): Moddle[] => found(bo, key)?.get('entries') ?? []

function found(bo: Moddle, key: ExtensionKey): Moddle | undefined {
  return bo.extensionElements?.get('values').find((each: Moddle) => each.$type === TYPES[key])
}

/** An attribute of our namespace, empty when it is not there. */
export function attribute(bo: Moddle, name: string): string {
  return text(bo.get(`tongban:${name}`)).trim()
}

export function unitOf(bo: Moddle): LimitUnit {
  return attribute(bo, 'unit') === 'calendar' ? 'calendar' : 'working'
}

export function extensionsOf(bo: Moddle): Extensions {
  const rights = found(bo, 'rights')
  return {
    handlers: entriesOf(bo, 'handlers').map((each) => ({
      kind: text(each.kind) as HandlerKind, key: text(each.key), ...(each.label ? { label: text(each.label) } : {}), ...(each.expression ? { expression: text(each.expression) } : {}),
    })),
    buttons: entriesOf(bo, 'buttons').map((each) => ({ action: text(each.action) as ButtonAction, label: text(each.label), ...(each.outcome ? { outcome: text(each.outcome) } : {}) })),
    events: entriesOf(bo, 'events').map((each) => ({ on: each.on === 'leave' ? 'leave' : 'enter', kind: text(each.kind) as EventKind, to: text(each.to), ...(each.content ? { content: text(each.content) } : {}) })),
    rights: rights ? { default: (text(rights.default) || 'read') as FieldAccess, fields: (rights.get('entries') ?? []).map((each: Moddle) => ({ key: text(each.key), access: text(each.access) as FieldAccess })) } : null,
  }
}

/** Children by type, attributes left out when they have nothing to say. */
function made<K extends ExtensionKey>(key: K, value: Extensions[K], create: Create): Moddle | null {
  const list = (type: string, rows: readonly object[]) => rows.map((row) => create(type, Object.fromEntries(Object.entries(row).filter(([, each]) => each !== '' && each !== undefined))))
  if (key === 'rights') {
    const rights = value as FieldRights | null
    return rights ? create(TYPES.rights, { default: rights.default, entries: list('tongban:Field', rights.fields) }) : null
  }
  const rows = value as readonly object[]
  const child = { handlers: 'tongban:Handler', buttons: 'tongban:Button', events: 'tongban:Event', rights: '' }[key]
  return rows.length ? create(TYPES[key], { entries: list(child, rows) }) : null
}

/** The extension elements with one part said anew; undefined when nothing is left, so that no empty element stays. */
export function withExtension<K extends ExtensionKey>(bo: Moddle, key: K, value: Extensions[K], create: Create): Moddle | undefined {
  const old: Moddle[] = bo.extensionElements?.get('values') ?? []
  const part = made(key, value, create)
  const at = old.findIndex((each) => each.$type === TYPES[key])
  const values = old.filter((each) => each.$type !== TYPES[key])
  // In its old place, so that a file compared with its older version shows only what changed.
  if (part) values.splice(at < 0 ? values.length : at, 0, part)
  return values.length ? create('bpmn:ExtensionElements', { values }) : undefined
}

const HANDING_TYPES: Record<HandingWay, string> = { in: 'tongban:In', out: 'tongban:Out' }

/** What a call hands over, one way. */
export function handingsOf(bo: Moddle, way: HandingWay): Handing[] {
  const values: Moddle[] = bo.extensionElements?.get('values') ?? []
  return values.filter((each) => each.$type === HANDING_TYPES[way]).map((each) => ({ source: text(each.source), target: text(each.target) }))
}

/** The extension elements with one way of handing over said anew. */
export function withHandings(bo: Moddle, way: HandingWay, rows: readonly Handing[], create: Create): Moddle | undefined {
  const old: Moddle[] = bo.extensionElements?.get('values') ?? []
  const at = old.findIndex((each) => each.$type === HANDING_TYPES[way])
  const values = old.filter((each) => each.$type !== HANDING_TYPES[way])
  const made = rows.map((row) => create(HANDING_TYPES[way], { source: row.source, target: row.target }))
  values.splice(at < 0 ? values.length : at, 0, ...made)
  return values.length ? create('bpmn:ExtensionElements', { values }) : undefined
}

export function jointOf(bo: Moddle): Joint | null {
  const loop = bo.loopCharacteristics
  if (loop?.$type !== 'bpmn:MultiInstanceLoopCharacteristics') return null
  const ratio = Number.parseInt(attribute(loop, 'ratio'), 10)
  return { sequential: loop.isSequential === true, ratio: Number.isFinite(ratio) ? ratio : 100 }
}

export function loopOf(joint: Joint | null, create: Create): Moddle | undefined {
  if (!joint) return undefined
  return create('bpmn:MultiInstanceLoopCharacteristics', { isSequential: joint.sequential, 'tongban:ratio': String(joint.ratio) })
}

function timerDefinition(bo: Moddle): Moddle | undefined {
  return (bo.eventDefinitions ?? []).find((each: Moddle) => each.$type === 'bpmn:TimerEventDefinition')
}

/** The timer of an event; null when the element has none. */
export function timerOf(bo: Moddle): TimerValue | null {
  const definition = timerDefinition(bo)
  if (!definition) return null
  if (definition.timeDate) return { kind: 'date', text: text(definition.timeDate.body) }
  return { kind: 'duration', text: text(definition.timeDuration?.body) }
}

/** The object that holds the timer, and what to set on it. */
export function timerChange(bo: Moddle, value: TimerValue, create: Create): { holder: Moddle; values: Record<string, unknown> } | null {
  const holder = timerDefinition(bo)
  if (!holder) return null
  const expression = value.text.trim() ? create('bpmn:FormalExpression', { body: value.text.trim() }) : undefined
  return { holder, values: { timeDuration: value.kind === 'duration' ? expression : undefined, timeDate: value.kind === 'date' ? expression : undefined, timeCycle: undefined } }
}

export function conditionOf(bo: Moddle): string {
  return text(bo.conditionExpression?.body)
}

export function documentationOf(bo: Moddle): string {
  return text(bo.documentation?.[0]?.text)
}

/** Ids are XML names and also names of variables in expressions: letters, digits and the underscore. */
export function idProblem(id: string, taken: (id: string) => boolean): 'empty' | 'form' | 'taken' | null {
  if (!id) return 'empty'
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(id)) return 'form'
  return taken(id) ? 'taken' : null
}

/** A day count the engine reads: a whole number from 0. */
export function daysProblem(days: string): boolean {
  return days !== '' && !/^\d{1,4}$/.test(days)
}
