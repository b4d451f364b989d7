import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Moddle } from '../src/model/properties.ts'
import { addTable, bindingsOf, casesOf, dmnModdle, emptyRules, forEditing, forStoring, inputsOf, linkInputs, namesIn, readRules, setBindings, setCases, tablesOf, type RuleBinding } from '../src/rules/document.ts'
import { decideLocally, same } from '../src/rules/local.ts'
import { dataOf, textOf, UnreadableLine, valueOf } from '../src/model/values.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')
const food = readFileSync(resolve(ROOT, 'packs/items/food-operation-permit/rules.dmn'), 'utf8')
const create = (definitions: Moddle) => (type: string, values: Record<string, unknown>): Moddle => definitions.$model.create(type, values)
const write = async (definitions: Moddle) => (await dmnModdle().toXML(definitions, { format: true })).xml as string
const binding: RuleBinding = { decision: 'risk_level', form: 'food', item: 'food-operation-permit', channels: ['web', 'mobile'], severity: 'warn', from: '2026-12-01', until: '2027-11-30', message: '面积和业态对不上' }

// req: FORM-016
describe('a rules file', () => {
  it('shows its tables with their Chinese words and notes', async () => {
    const [inspection, risk] = tablesOf(await readRules(food))
    expect(inspection).toMatchObject({ key: 'inspection', label: '要不要现场核查', hitPolicy: 'FIRST' })
    expect(inspection?.rows[0]).toMatchObject({ outputs: ['"required"'], note: '新办应当核查' })
    expect(risk?.inputs.map((each) => each.expression)).toEqual(['main_format', 'area'])
  })
  it('says what a decision needs from outside', async () => {
    expect(inputsOf(await readRules(food), 'risk_level')).toEqual([{ key: 'main_format', label: '主体业态', type: 'string' }, { key: 'area', label: '经营场所面积', type: 'number' }])
  })
  it('keeps bindings and saved cases inside, and takes them out again', async () => {
    const definitions = await readRules(food)
    setBindings(definitions, [binding], create(definitions))
    setCases(definitions, [{ name: '新办', decision: 'inspection', input: { handle_item: 'new-catering' }, expected: 'required' }, { name: '还没有应得', decision: 'inspection', input: {}, expected: undefined }], create(definitions))
    const xml = await write(definitions)
    expect(xml).toContain('<tongban:binding decision="risk_level" form="food" item="food-operation-permit" channels="web mobile" severity="warn" from="2026-12-01" until="2027-11-30" message="面积和业态对不上" />')
    const again = await readRules(xml)
    expect(bindingsOf(again)).toEqual([binding])
    expect(casesOf(again).map((each) => each.expected)).toEqual(['required', undefined])
    expect(tablesOf(again)).toEqual(tablesOf(await readRules(food)))
    setBindings(again, [], create(again))
    setCases(again, [], create(again))
    expect(await write(again)).not.toContain('extensionElements')
  })
  it('declares by itself what a new table reads, and forgets it when nobody reads it', async () => {
    const definitions = await readRules(emptyRules('规则 "甲"'))
    const decision = addTable(definitions, 'allowed', '能不能办', { input: '输入', output: '结果' }, create(definitions))
    decision.decisionLogic.input[0].inputExpression.text = 'form.area + count(申请人)'
    linkInputs(definitions, create(definitions))
    expect(inputsOf(definitions, 'allowed').map((each) => each.key)).toEqual(['form', '申请人'])
    decision.decisionLogic.input[0].inputExpression.text = 'age'
    linkInputs(definitions, create(definitions))
    const again = await readRules(await write(definitions))
    expect(inputsOf(again, 'allowed').map((each) => each.key)).toEqual(['age'])
    expect(again.drgElement).toHaveLength(2)
  })
  it('never touches what people declared', async () => {
    const definitions = await readRules(food)
    const before = await write(definitions)
    linkInputs(definitions, create(definitions))
    expect(await write(definitions)).toBe(before)
  })
  it('shows the notes where the table editor looks, and keeps them where the engine looks', async () => {
    const editing = await forEditing(food)
    expect((await readRules(editing)).drgElement.find((each: Moddle) => each.name === 'inspection').decisionLogic.rule[0].description).toBe('新办应当核查')
    expect(tablesOf(await readRules(await forStoring(editing)))).toEqual(tablesOf(await readRules(food)))
    expect(await forStoring(editing)).not.toContain('<description>新办应当核查')
    expect(await forStoring(editing)).toBe(await forStoring(food))
  })
  it('leaves tables with several columns of notes alone', async () => {
    const two = food.replaceAll('<annotation name="说明" />', '<annotation name="说明" /><annotation name="依据" />')
    expect(await forStoring(await forEditing(two))).toBe(await forEditing(two))
  })
  it('reads names, not functions, parts or texts', () => {
    expect(namesIn('if form.area > max(limit, 3) then "area" else 人数 + string length(text)')).toEqual(['form', 'limit', '人数', 'text'])
  })
})

describe('a decision in the browser', () => {
  const decide = async (key: string, input: Record<string, unknown>) => {
    const table = tablesOf(await readRules(food)).find((each) => each.key === key)
    return table ? decideLocally(table, input) : null
  }
  it('gives the result of the rule that fired, and its row', async () => {
    expect(await decide('inspection', { handle_item: 'renew', condition_changed: 'yes' })).toEqual({ output: 'required', fired: [2] })
    expect(await decide('inspection', { handle_item: 'reissue' })).toEqual({ output: 'none', fired: [4] })
    expect(await decide('risk_level', { main_format: 'catering', area: 150 })).toEqual({ output: 'medium', fired: [2] })
    expect(await decide('risk_level', { main_format: 'catering', area: 149.9 })).toEqual({ output: 'low', fired: [3] })
  })
  const table = (hitPolicy: string, aggregation = '') => ({ id: 'd', key: 'd', label: 'd', hitPolicy, aggregation, inputs: [{ label: '', expression: 'n', type: 'number' }], outputs: [{ name: 'd', label: 'd' }], rows: [{ id: '1', inputs: ['> 1'], outputs: ['10'], note: '' }, { id: '2', inputs: ['> 2'], outputs: ['5'], note: '' }] })
  it('follows the hit policy', () => {
    expect(decideLocally(table('COLLECT', 'SUM'), { n: 3 })).toEqual({ output: 15, fired: [0, 1] })
    expect(decideLocally(table('RULE ORDER'), { n: 3 })).toEqual({ output: [10, 5], fired: [0, 1] })
    expect(decideLocally(table('FIRST'), { n: 0 })).toEqual({ output: null, fired: [] })
  })
  it('says nothing where the answer is not its to give', () => {
    expect(decideLocally(table('UNIQUE'), { n: 3 })).toBeNull()
    expect(decideLocally(table('PRIORITY'), { n: 3 })).toBeNull()
  })
})

describe('values written by people', () => {
  it('are numbers, yes and no, quoted or plain texts', () => {
    expect(['80', '是', '"80"', '新办', '["a"]'].map(valueOf)).toEqual([80, true, '80', '新办', ['a']])
  })
  it('are shown as they must be written again', () => {
    for (const each of [80, true, '80', '新办', '', ' a', null, ['a'], { a: 1 }]) expect(valueOf(textOf(each)), JSON.stringify(each)).toEqual(each)
  })
  it('build nested data, line by line, and name the line that can not be read', () => {
    expect(dataOf('# 例子\nform.area = 80\nform.name = 小吃店\n\nhandle_item = new')).toEqual({ form: { area: 80, name: '小吃店' }, handle_item: 'new' })
    expect(() => dataOf('a = 1\nb')).toThrowError(new UnreadableLine(2))
    expect(() => dataOf('a = 1\na.b = 2')).toThrowError(UnreadableLine)
  })
  it('are the same when their content is', () => {
    expect(same({ a: [1, { b: 2 }], c: null }, { c: null, a: [1, { b: 2 }] })).toBe(true)
    expect(same({ a: 1 }, { a: 1, b: undefined })).toBe(false)
    expect(same([1], { 0: 1 })).toBe(false)
  })
})
