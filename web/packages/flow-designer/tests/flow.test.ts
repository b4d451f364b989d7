import { readFileSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyFlow, moddle, withDiagram } from '../src/model/diagram.ts'
import { outcomesOf } from '../src/model/outcomes.ts'
import { attribute, extensionsOf, handingsOf, idProblem, jointOf, loopOf, timerChange, timerOf, withExtension, withHandings, type Moddle } from '../src/model/properties.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')
const read = (path: string) => readFileSync(resolve(ROOT, path), 'utf8')
const flows = readdirSync(resolve(ROOT, 'packs/items')).map((slug) => `packs/items/${slug}/flow.bpmn`)

interface Opened { model: Moddle; root: Moddle; process: Moddle; of: (id: string) => Moddle; write: () => Promise<string> }
async function open(xml: string): Promise<Opened> {
  const model = moddle()
  const { rootElement: root } = await model.fromXML(xml)
  const process = root.rootElements.find((each: Moddle) => each.$type === 'bpmn:Process')
  return { model, root, process, of: (id) => process.flowElements.find((each: Moddle) => each.id === id), write: async () => (await model.toXML(root, { format: true })).xml }
}
/** All of a file that means something: elements with attributes and texts, whatever the layout of the text. */
function facts(xml: string): string[] {
  const found: string[] = []
  const walk = (node: Element, path: string) => {
    const here = `${path}/${node.tagName}`
    const attributes = [...node.attributes].filter((each) => !each.name.startsWith('xmlns')).map((each) => `${each.name}=${each.value}`).sort()
    const own = [...node.childNodes].filter((each) => each.nodeType === 3 || each.nodeType === 4).map((each) => each.textContent?.trim()).join('')
    found.push(`${here} ${attributes.join(' ')} ${own}`)
    for (const child of node.children) walk(child, here)
  }
  const doc = new DOMParser().parseFromString(xml.replace(/<\?(?!xml)[^>]*\?>/g, ''), 'application/xml')
  walk(doc.documentElement, '')
  return found.sort()
}

// req: FORM-024
describe('a file of the packs', () => {
  it.each(flows)('%s says the same after it was opened and saved', async (path) => {
    const xml = read(path)
    const said = facts(xml)
    expect(said.filter((line) => line.includes('/bpmn:userTask ')).join()).toContain('tongban:role=')
    expect(facts(await (await open(xml)).write())).toEqual(said)
  })
})

describe('a file of another modeller', () => {
  const xml = read('crates/engines/flow/tests/bpmn/foreign.bpmn')
  it('keeps the attributes and extension elements of others', async () => {
    const saved = await (await open(xml)).write()
    for (const kept of ['camunda:assignee="demo"', 'camunda:historyTimeToLive="180"', 'camunda:formField', 'a < b &amp;&amp; c', 'zeebe:assignmentDefinition', 'bpmn:laneSet', 'bpmn:textAnnotation']) expect(saved.replace('a &lt; b', 'a < b').replace('<![CDATA[ if (a < b && c) { } ]]>', 'a < b &amp;&amp; c'), kept).toContain(kept)
  })
  it('is read with our attributes under any prefix', async () => {
    const step = (await open(xml)).of('Activity_1')
    expect([attribute(step, 'role'), attribute(step, 'stage'), attribute(step, 'days')]).toEqual(['reviewer', 'review', '3'])
  })
  it('keeps what others wrote beside a part of ours that changes', async () => {
    const file = await open(xml)
    const step = file.of('Activity_1')
    step.extensionElements = withExtension(step, 'buttons', [{ action: 'pass', label: '准予', outcome: 'granted' }], (type, values) => file.model.create(type, values))
    const saved = await file.write()
    expect(saved).toContain('camunda:formData')
    expect(saved).toMatch(/<(?:t|tongban):button action="pass" label="准予" outcome="granted"/)
  })
})

// req: FORM-026
describe('the properties of a step', () => {
  const begin = async () => {
    const file = await open(emptyFlow('流程', { start: '已受理', step: '审查', end: '办结' }))
    const create = (type: string, values: Record<string, unknown>): Moddle => file.model.create(type, values)
    return { ...file, create, step: file.of('review') }
  }
  it('are written as the README says and read again', async () => {
    const { step, create, write } = await begin()
    step.set('tongban:role', 'reviewer')
    step.set('tongban:days', '3')
    step.set('tongban:unit', 'calendar')
    step.extensionElements = withExtension(step, 'handlers', [{ kind: 'person', key: 'p1', label: '王敏' }, { kind: 'department', key: 'o1', label: '食品科' }, { kind: 'dynamic', key: 'expression', expression: 'form.manager' }], create)
    step.extensionElements = withExtension(step, 'buttons', [{ action: 'pass', label: '准予', outcome: 'granted' }, { action: 'return', label: '退回' }], create)
    step.extensionElements = withExtension(step, 'events', [{ on: 'enter', kind: 'sms', to: 'applicant', content: '您的申请进入审查' }, { on: 'leave', kind: 'seal', to: 'grant' }], create)
    step.extensionElements = withExtension(step, 'rights', { default: 'read', fields: [{ key: 'area', access: 'write' }] }, create)
    step.loopCharacteristics = loopOf({ sequential: true, ratio: 67 }, create)
    const xml = await write()
    for (const line of [
      'tongban:role="reviewer" tongban:days="3" tongban:unit="calendar"', '<tongban:handlers>', '<tongban:handler kind="person" key="p1" label="王敏" />', '<tongban:handler kind="dynamic" key="expression" expression="form.manager" />',
      '<tongban:buttons>', '<tongban:button action="pass" label="准予" outcome="granted" />', '<tongban:events>', '<tongban:event on="enter" kind="sms" to="applicant" content="您的申请进入审查" />', '<tongban:fields default="read">', '<tongban:field key="area" access="write" />',
      '<bpmn:multiInstanceLoopCharacteristics isSequential="true" tongban:ratio="67" />',
    ]) expect(xml).toContain(line)
    const again = (await open(xml)).of('review')
    expect(extensionsOf(again)).toEqual(extensionsOf(step))
    expect(jointOf(again)).toEqual({ sequential: true, ratio: 67 })
  })
  it('leave nothing behind when they are taken back', async () => {
    const { step, create, write } = await begin()
    step.extensionElements = withExtension(step, 'events', [{ on: 'enter', kind: 'sms', to: 'agent' }], create)
    step.extensionElements = withExtension(step, 'events', [], create)
    expect(await write()).not.toContain('extensionElements')
  })
  it('never change the objects an undo goes back to', async () => {
    const { step, create } = await begin()
    const before = withExtension(step, 'buttons', [{ action: 'pass', label: '通过' }], create)
    step.extensionElements = before
    withExtension(step, 'buttons', [], create)
    expect(extensionsOf(step).buttons).toEqual([{ action: 'pass', label: '通过' }])
    expect(before.values).toHaveLength(1)
  })
  it('offer the outcomes of its buttons and of the conditions behind it', async () => {
    const { root, of } = await open(read('packs/items/food-operation-permit/flow.bpmn'))
    const lines = root.rootElements[0].flowElements.filter((each: Moddle) => each.$type === 'bpmn:SequenceFlow')
    expect(outcomesOf(of('decide'), lines).map((each) => each.value)).toEqual(['granted'])
    expect(outcomesOf(of('review'), lines)).toEqual([])
  })
  it('take ids that can stand in an expression', () => {
    expect(idProblem('', () => false)).toBe('empty')
    expect(idProblem('第一步', () => false)).toBeNull()
    expect(idProblem('a-b', () => false)).toBe('form')
    expect(idProblem('decide', () => true)).toBe('taken')
  })
})

// req: FORM-029
describe('a call of another flow', () => {
  it('names the flow and what is handed over, and keeps the rest of the file', async () => {
    const xml = read('crates/engines/flow/tests/bpmn/calling.bpmn')
    const { model, of, write } = await open(xml)
    expect(facts(await write())).toEqual(facts(xml))
    const call = of('expert')
    const create = (type: string, values: Record<string, unknown>): Moddle => model.create(type, values)
    expect([call.calledElement, handingsOf(call, 'in'), handingsOf(call, 'out')]).toEqual(['expert-review', [{ source: 'form.area', target: 'area' }], [{ source: 'review.outcome', target: 'opinion' }]])
    const before = call.extensionElements
    call.extensionElements = withHandings(call, 'in', [{ source: 'form.area', target: 'area' }, { source: 'applicant.name', target: 'who' }], create)
    expect(await write()).toContain('<tongban:in source="applicant.name" target="who" />')
    expect(before.values).toHaveLength(2)
    call.extensionElements = withHandings(call, 'in', [], create)
    expect([handingsOf(call, 'in'), handingsOf(call, 'out')]).toEqual([[], [{ source: 'review.outcome', target: 'opinion' }]])
    call.extensionElements = withHandings(call, 'out', [], create)
    expect(call.extensionElements).toBeUndefined()
  })
  it('and timers of whole sub-processes come back as drawn', async () => {
    const xml = read('crates/engines/flow/tests/bpmn/watched.bpmn')
    expect(facts(await (await open(xml)).write())).toEqual(facts(xml))
  })
})

describe('a timer', () => {
  it('is a length of time or a day, never both', async () => {
    const { model } = await open(emptyFlow('x', { start: 'a', step: 'b', end: 'c' }))
    const create = (type: string, values: Record<string, unknown>): Moddle => model.create(type, values)
    const event = create('bpmn:IntermediateCatchEvent', { eventDefinitions: [create('bpmn:TimerEventDefinition', { timeDuration: create('bpmn:FormalExpression', { body: 'P3D' }) })] })
    expect(timerOf(event)).toEqual({ kind: 'duration', text: 'P3D' })
    const change = timerChange(event, { kind: 'date', text: ' 2026-12-31 ' }, create)
    Object.assign(change?.holder, change?.values)
    expect(timerOf(event)).toEqual({ kind: 'date', text: '2026-12-31' })
    expect(change?.holder.timeDuration).toBeUndefined()
  })
})

describe('a file without a drawing', () => {
  it('gets one in which everything has its place', async () => {
    const bare = read('packs/items/food-operation-permit/flow.bpmn').replace(/<bpmndi:BPMNDiagram[\s\S]*<\/bpmndi:BPMNDiagram>/, '')
    const drawn = await withDiagram(bare)
    const { root, process } = await open(drawn)
    const places = root.diagrams[0].plane.planeElement
    expect(places.map((each: Moddle) => each.bpmnElement.id).sort()).toEqual(process.flowElements.map((each: Moddle) => each.id).sort())
    for (const line of places.filter((each: Moddle) => each.$type === 'bpmndi:BPMNEdge')) expect(line.waypoint.length).toBeGreaterThan(1)
  })
  it('gets a whole one when its own lacks elements, and loses nothing else', async () => {
    const drawn = await withDiagram(read('crates/engines/flow/tests/bpmn/foreign.bpmn'))
    const { root, process } = await open(drawn)
    const places = root.diagrams[0].plane.planeElement.map((each: Moddle) => each.bpmnElement.id)
    for (const each of [...process.flowElements, ...process.artifacts]) expect(places, each.id).toContain(each.id)
    for (const kept of ['bpmn:collaboration', 'bpmn:laneSet', 'camunda:formField']) expect(drawn).toContain(kept)
  })
  it('is left alone when it has one', async () => {
    const xml = read('packs/items/food-operation-permit/flow.bpmn')
    expect(await withDiagram(xml)).toBe(xml)
  })
})
