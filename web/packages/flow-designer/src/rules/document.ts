/**
 * What a rules file says, read from its model (dmn-moddle) as plain values: tables, what they need, where they are
 * bound, and the saved cases of the test bench. Bindings and cases stand in the file, so that a copy, an export and an
 * older version bring them along.
 */
import { DmnModdle } from 'dmn-moddle'
import { FUNCTIONS } from '../feel/names.ts'
import type { Create, Moddle } from '../model/properties.ts'
import tongban from './tongban-dmn.json'

export const CHANNELS = ['web', 'mobile', 'kiosk', 'window'] as const
export type Channel = (typeof CHANNELS)[number]
/** What happens when a bound decision gives false or a text: the form can't go on, or the writer is told. */
export type RuleSeverity = 'stop' | 'warn'
export interface RuleBinding { decision: string; form: string; item: string; channels: Channel[]; severity: RuleSeverity; from: string; until: string; message: string }
export interface BenchCase { name: string; decision: string; input: Record<string, unknown>; expected: unknown }

export interface RuleInput { label: string; expression: string; type: string }
export interface RuleRow { id: string; inputs: string[]; outputs: string[]; note: string }
export interface RuleTable { id: string; key: string; label: string; hitPolicy: string; aggregation: string; inputs: RuleInput[]; outputs: { name: string; label: string }[]; rows: RuleRow[] }

export const dmnModdle = (): Moddle => new DmnModdle({ tongban })
export const DMN_EXTENSION = tongban

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const list = (value: unknown): Moddle[] => (Array.isArray(value) ? (value as Moddle[]) : [])

export async function readRules(xml: string): Promise<Moddle> {
  return (await dmnModdle().fromXML(xml, 'dmn:Definitions')).rootElement
}

export function tablesOf(definitions: Moddle): RuleTable[] {
  return list(definitions.drgElement).filter((each) => each.$type === 'dmn:Decision' && each.decisionLogic?.$type === 'dmn:DecisionTable').map(tableOf)
}

function tableOf(decision: Moddle): RuleTable {
  const table = decision.decisionLogic
  return {
    id: decision.id, key: text(decision.name), label: text(decision.description).trim() || text(decision.name), hitPolicy: text(table.hitPolicy) || 'UNIQUE', aggregation: text(table.aggregation),
    inputs: list(table.input).map((each) => ({ label: text(each.label) || text(each.inputExpression?.text), expression: text(each.inputExpression?.text).trim(), type: text(each.inputExpression?.typeRef) })),
    outputs: list(table.output).map((each) => ({ name: text(each.name), label: text(each.label) || text(each.name) })),
    rows: list(table.rule).map((each) => ({ id: text(each.id), inputs: list(each.inputEntry).map((entry) => text(entry.text).trim()), outputs: list(each.outputEntry).map((entry) => text(entry.text).trim()), note: list(each.annotationEntry).map((entry) => text(entry.text).trim()).filter(Boolean).join('；') || text(each.description).trim() })),
  }
}

/** Values that are asked of the outside for a decision, its required decisions included; with their Chinese word. */
export function inputsOf(definitions: Moddle, decisionId: string): { key: string; label: string; type: string }[] {
  const byId = new Map(list(definitions.drgElement).map((each) => [String(each.id), each]))
  const found = new Map<string, { key: string; label: string; type: string }>()
  const seen = new Set<string>()
  const visit = (id: string) => {
    if (seen.has(id)) return
    seen.add(id)
    for (const need of list(byId.get(id)?.informationRequirement)) {
      const input = byId.get(text(need.requiredInput?.href).slice(1))
      if (input) found.set(text(input.name), { key: text(input.name), label: text(input.description).trim() || text(input.name), type: text(input.variable?.typeRef) })
      visit(text(need.requiredDecision?.href).slice(1))
    }
  }
  visit(decisionId)
  return [...found.values()]
}

const found = (definitions: Moddle, type: string): Moddle | undefined => list(definitions.extensionElements?.values).find((each) => each.$type === type)

export function bindingsOf(definitions: Moddle): RuleBinding[] {
  return list(found(definitions, 'tongban:Bindings')?.entries).map((each) => ({
    decision: text(each.decision), form: text(each.form), item: text(each.item), severity: each.severity === 'warn' ? 'warn' : 'stop', from: text(each.from), until: text(each.until), message: text(each.message),
    channels: text(each.channels).split(/\s+/).filter((one): one is Channel => (CHANNELS as readonly string[]).includes(one)),
  }))
}

function json(value: string): unknown {
  try {
    return JSON.parse(value) as unknown
  } catch {
    // Written by hand: shown as it stands, so that it can be put right.
    return value
  }
}

export function casesOf(definitions: Moddle): BenchCase[] {
  return list(found(definitions, 'tongban:Cases')?.entries).map((each) => {
    const input = json(text(each.input))
    return { name: text(each.name), decision: text(each.decision), input: typeof input === 'object' && input !== null && !Array.isArray(input) ? (input as Record<string, unknown>) : {}, expected: text(each.expected) === '' ? undefined : json(text(each.expected)) }
  })
}

function replace(definitions: Moddle, type: string, child: string, rows: readonly object[], create: Create): void {
  const others = list(definitions.extensionElements?.values).filter((each) => each.$type !== type)
  const clean = rows.map((row) => create(child, Object.fromEntries(Object.entries(row).filter(([, value]) => value !== '' && value !== undefined))))
  const values = clean.length ? [...others, create(type, { entries: clean })] : others
  definitions.extensionElements = values.length ? create('dmn:ExtensionElements', { values }) : undefined
}

export function setBindings(definitions: Moddle, rows: readonly RuleBinding[], create: Create): void {
  replace(definitions, 'tongban:Bindings', 'tongban:Binding', rows.map((row) => ({ ...row, channels: row.channels.join(' ') })), create)
}

export function setCases(definitions: Moddle, rows: readonly BenchCase[], create: Create): void {
  replace(definitions, 'tongban:Cases', 'tongban:Case', rows.map((row) => ({ name: row.name, decision: row.decision, input: JSON.stringify(row.input), expected: row.expected === undefined ? '' : JSON.stringify(row.expected) })), create)
}

/** A decision table with one input and one output, to be filled in. */
export function addTable(definitions: Moddle, key: string, label: string, words: { input: string; output: string }, create: Create): Moddle {
  const free = (base: string) => { let id = base; for (let n = 2; list(definitions.drgElement).some((each) => each.id === id); n += 1) id = `${base}_${n}`; return id }
  const id = free(key)
  const decision = create('dmn:Decision', {
    id, name: key, description: label, variable: create('dmn:InformationItem', { id: `${id}_var`, name: key }),
    decisionLogic: create('dmn:DecisionTable', {
      id: `${id}_table`, hitPolicy: 'FIRST',
      input: [create('dmn:InputClause', { id: `${id}_in`, label: words.input, inputExpression: create('dmn:LiteralExpression', { id: `${id}_ine`, typeRef: 'string', text: '' }) })],
      output: [create('dmn:OutputClause', { id: `${id}_out`, name: key, label: words.output, typeRef: 'string' })],
      rule: [],
    }),
  })
  for (const part of [decision.variable, decision.decisionLogic]) part.$parent = decision
  decision.$parent = definitions
  definitions.get('drgElement').push(decision)
  return decision
}

const WORDS = new Set(['and', 'or', 'not', 'if', 'then', 'else', 'for', 'in', 'return', 'some', 'every', 'satisfies', 'between', 'true', 'false', 'null', 'instance', 'of', 'function', 'item'])
const AUTO = 'auto_'

/** First names in an expression: `form.area` needs `form`. Names before a bracket are functions. */
export function namesIn(expression: string): string[] {
  // Functions of two words would leave their first behind.
  const bare = FUNCTIONS.filter((each) => each.name.includes(' ')).reduce((left, each) => left.replaceAll(`${each.name}(`, '('), expression.replace(/"(?:[^"\\]|\\.)*"/g, ' '))
  return [...new Set([...bare.matchAll(/(?<![\p{L}\p{N}_.])[\p{L}_][\p{L}\p{N}_]*(?![\p{L}\p{N}_]|\s*\()/gu)].map((hit) => hit[0]).filter((word) => !WORDS.has(word)))]
}

/**
 * Declares what the tables read, so that nobody must draw it: the engine only knows values that are declared.
 * What was declared here and is read no more goes again; declarations of people stay.
 */
export function linkInputs(definitions: Moddle, create: Create): void {
  const elements = list(definitions.drgElement)
  const byName = new Map(elements.map((each) => [text(each.name), each]))
  const used = new Set<string>()
  for (const decision of elements.filter((each) => each.$type === 'dmn:Decision' && each.decisionLogic?.$type === 'dmn:DecisionTable')) {
    const clauses = list(decision.decisionLogic.input)
    const needs = new Set(clauses.flatMap((each) => namesIn(text(each.inputExpression?.text))))
    const href = (each: Moddle) => text((each.requiredInput ?? each.requiredDecision)?.href)
    // Requirements made here for names that are gone.
    const kept = list(decision.informationRequirement).filter((each) => !text(each.id).startsWith(AUTO) || [...needs].some((name) => `#${byName.get(name)?.id ?? ''}` === href(each)))
    for (const name of needs) {
      let target = byName.get(name)
      if (target === decision) continue
      if (!target) {
        const clause = clauses.find((each) => text(each.inputExpression?.text).trim() === name)
        const type = clause?.inputExpression?.typeRef
        target = create('dmn:InputData', { id: `${AUTO}${name}`, name, ...(clause?.label ? { description: clause.label } : {}), variable: create('dmn:InformationItem', { id: `${AUTO}${name}_var`, name, ...(type ? { typeRef: type } : {}) }) })
        target.$parent = definitions
        byName.set(name, target)
        definitions.get('drgElement').push(target)
      }
      used.add(text(target.id))
      if (kept.some((each) => href(each) === `#${target.id}`)) continue
      const need = target.$type === 'dmn:Decision' ? 'requiredDecision' : 'requiredInput'
      kept.push(create('dmn:InformationRequirement', { id: `${AUTO}${decision.id}_${name}`, [need]: create('dmn:DMNElementReference', { href: `#${target.id}` }) }))
    }
    decision.informationRequirement = kept
  }
  definitions.drgElement = list(definitions.drgElement).filter((each) => each.$type !== 'dmn:InputData' || !text(each.id).startsWith(AUTO) || used.has(text(each.id)))
}

const rulesOf = (definitions: Moddle): { table: Moddle; rules: Moddle[] }[] => list(definitions.drgElement).map((each) => each.decisionLogic).filter((each) => each?.$type === 'dmn:DecisionTable').map((table) => ({ table, rules: list(table.rule) }))

/**
 * The table editor shows one column of notes, which it keeps as descriptions of the rules; the standard has
 * annotations, which the engine tells when a rule fires. With one column they are changed into each other.
 */
export async function forEditing(xml: string): Promise<string> {
  const definitions = await readRules(xml)
  for (const { table, rules } of rulesOf(definitions)) {
    if (list(table.annotation).length > 1) continue
    for (const rule of rules) {
      const note = list(rule.annotationEntry).map((each) => text(each.text).trim()).filter(Boolean).join('；')
      if (note && !rule.description) rule.description = note
      if (rule.description) rule.annotationEntry = []
    }
  }
  return (await definitions.$model.toXML(definitions, { format: true })).xml
}

export async function forStoring(xml: string): Promise<string> {
  const definitions = await readRules(xml)
  const make = (type: string, values: Record<string, unknown>): Moddle => definitions.$model.create(type, values)
  for (const { table, rules } of rulesOf(definitions)) {
    if (list(table.annotation).length > 1 || !rules.some((rule) => rule.description || list(rule.annotationEntry).length)) continue
    if (!list(table.annotation).length) table.annotation = [make('dmn:RuleAnnotationClause', { name: '说明' })]
    for (const rule of rules) {
      const note = text(rule.description) || list(rule.annotationEntry).map((each) => text(each.text)).join('；')
      rule.annotationEntry = [make('dmn:RuleAnnotation', { text: note })]
      rule.description = undefined
    }
  }
  return (await definitions.$model.toXML(definitions, { format: true })).xml
}

const escaped = (value: string) => value.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)

/** A file to begin with: no table yet. */
export function emptyRules(name: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" xmlns:tongban="https://tongban.dev/dmn/1" id="rules" name="${escaped(name)}" namespace="https://tongban.dev/rules" />
`
}
