import { flushPromises, mount } from './mount.ts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nextTick, ref, shallowRef } from 'vue'
import { CONTEXT } from '../src/view/context.ts'
import FindingsPanel from '../src/view/FindingsPanel.vue'
import RunPanel from '../src/view/RunPanel.vue'
import TestBench from '../src/rules/TestBench.vue'
import BindingsPart from '../src/rules/BindingsPart.vue'
import type { BenchCase, RuleBinding, RuleTable } from '../src/rules/document.ts'
import type { Finding, RunResult } from '../src/model/types.ts'
import CallPart from '../src/view/panel/CallPart.vue'
import TimerPart from '../src/view/panel/TimerPart.vue'

afterEach(() => { document.body.innerHTML = '' })

// req: FORM-028
describe('the list of findings', () => {
  const findings: Finding[] = [{ severity: 'warning', code: 'missing_name', at: 'a', message: '没有名称' }, { severity: 'error', code: 'missing_role', at: 'b', message: '没有写由谁办理' }]
  it('counts, names errors first, and each line leads to its element', async () => {
    const show = vi.fn()
    const box = mount(FindingsPanel, { findings, onShow: show })
    expect(box.textContent).toContain('1 个错误，1 个提醒')
    const lines = [...box.querySelectorAll<HTMLButtonElement>('li button')]
    expect(lines[0]?.textContent).toContain('没有写由谁办理')
    lines[0]?.click()
    expect(show).toHaveBeenCalledWith('b')
  })
  it('says when there is none', () => {
    expect(mount(FindingsPanel, { findings: [] }).textContent).toContain('没有发现问题')
  })
})

/** A drawing without a canvas. */
function drawing() {
  const business: Record<string, unknown> = { decide: { id: 'decide', name: '决定', extensionElements: undefined }, to_issue: { id: 'to_issue', name: '准予', conditionExpression: { body: 'decide.outcome = "granted"' } } }
  return {
    version: ref(0), selected: shallowRef<string[]>([]), shown: [] as string[], marks: new Map<string, string>(),
    outline: () => [{ id: 'decide', flows: [{ id: 'to_issue' }] }],
    business: (id: string) => business[id], show(id: string) { this.shown.push(id) }, mark(marks: Map<string, string>) { this.marks = marks }, save: async () => '<xml/>',
  }
}
describe('a trial run', () => {
  const waiting: RunResult = { steps: [{ element: 'start', name: '已受理', kind: 'start' }], waiting: [{ element: 'decide', name: '决定', kind: 'user_task' }], ended: false, findings: [] }
  const ended: RunResult = { steps: [...waiting.steps, { element: 'decide', name: '决定', kind: 'user_task' }], waiting: [], ended: true, findings: [] }
  const begin = (runner: (...args: unknown[]) => Promise<RunResult>) => {
    const designer = drawing()
    const box = mount(RunPanel, { runner }, { [CONTEXT as symbol]: { designer } })
    const press = async (text: string) => { [...box.querySelectorAll('button')].find((each) => each.textContent?.includes(text))?.click(); await flushPromises() }
    return { designer, box, press }
  }
  it('sends the drawing as it is, the data and the answers, and marks the way', async () => {
    const runner = vi.fn(async (_content: unknown, path: unknown) => ((path as unknown[]).length ? ended : waiting))
    const { designer, box, press } = begin(runner)
    const data = box.querySelector<HTMLTextAreaElement>('#xr-data')
    if (data) { data.value = 'form.area = 80'; data.dispatchEvent(new Event('input')) }
    await press('开始试走')
    expect(runner).toHaveBeenCalledWith('<xml/>', [], { form: { area: 80 } })
    expect(Object.fromEntries(designer.marks)).toEqual({ start: 'tb-done', decide: 'tb-now' })
    expect(designer.shown).toEqual(['decide'])
    const outcome = box.querySelector<HTMLSelectElement>('select')
    expect([...(outcome?.options ?? [])].map((each) => each.value)).toContain('granted')
    if (outcome) { outcome.value = 'granted'; outcome.dispatchEvent(new Event('change')) }
    await press('办完这一步')
    expect(runner).toHaveBeenLastCalledWith('<xml/>', [{ element: 'decide', outcome: 'granted' }], { form: { area: 80 } })
    expect(box.textContent).toContain('走到了结束')
    await press('退一步')
    expect(runner).toHaveBeenLastCalledWith('<xml/>', [], { form: { area: 80 } })
  })
  it('names the line of the data that can not be read and asks nothing', async () => {
    const runner = vi.fn(async () => waiting)
    const { box, press } = begin(runner)
    const data = box.querySelector<HTMLTextAreaElement>('#xr-data')
    if (data) { data.value = 'a = 1\n面积八十'; data.dispatchEvent(new Event('input')) }
    await press('开始试走')
    expect(runner).not.toHaveBeenCalled()
    expect(box.textContent).toContain('第 2 行看不懂')
  })
  it('ends when the drawing changes', async () => {
    const { designer, box, press } = begin(async () => waiting)
    await press('开始试走')
    designer.version.value += 1
    await nextTick()
    expect(box.textContent).not.toContain('现在停在')
    expect(designer.marks.size).toBe(0)
  })
})

// req: FORM-029
describe('the panel of a call', () => {
  const flows = [{ key: 'expert-review', label: '专家评审' }, { key: 'visit', label: '联合踏勘' }]
  const panel = (called: string | undefined) => {
    const sets: [string, unknown][] = []
    const business = { id: 'expert', $type: 'bpmn:CallActivity', name: '', calledElement: called, extensionElements: called ? { get: () => [{ $type: 'tongban:Out', source: 'review.outcome', target: '1意见' }] } : undefined }
    const designer = { version: ref(0), business: () => business, set: (_: string, values: unknown) => sets.push(['set', values]), setHandings: (_: string, way: string, rows: unknown) => sets.push([way, rows]) }
    const findFlow = vi.fn(async (q: string) => flows.filter((each) => each.key === q || each.label.includes(q)))
    const box = mount(CallPart, { id: 'expert' }, { [CONTEXT as symbol]: { designer, vocabulary: ref({ findFlow }), edits: ref(true), draws: ref(true), names: ref([]), check: async () => null, say: () => undefined } })
    const press = async (text: string) => { [...box.querySelectorAll('button')].find((each) => each.textContent?.includes(text))?.click(); await flushPromises() }
    return { box, press, sets, findFlow }
  }
  it('finds a published flow and says which version counts', async () => {
    const { box, press, sets } = panel(undefined)
    expect(box.textContent).toContain('办件提交时已发布的那一版')
    await press('选流程')
    const find = box.querySelector<HTMLInputElement>('#xp-find')
    if (find) { find.value = '踏勘'; find.dispatchEvent(new Event('input')) }
    await new Promise((done) => setTimeout(done, 300))
    await press('联合踏勘')
    expect(sets).toEqual([['set', { calledElement: 'visit', name: '联合踏勘' }]])
  })
  it('names what is called, adds what is handed in, and says when a name can not be read', async () => {
    const { box, press, sets } = panel('expert-review')
    await flushPromises()
    expect(box.querySelector('#xp-called')?.textContent).toContain('专家评审')
    expect(box.textContent).toContain('不以数字开头')
    await press('加一项交给它')
    expect(sets).toEqual([['in', [{ source: '', target: '' }]]])
  })
})

describe('the panel of a timer', () => {
  const stops = (business: Record<string, unknown>) => {
    const set = vi.fn()
    const box = mount(TimerPart, { id: 'late' }, { [CONTEXT as symbol]: { designer: { version: ref(0), business: () => ({ eventDefinitions: [], ...business }), set }, vocabulary: ref({}), edits: ref(true) } })
    box.querySelector<HTMLInputElement>('#xp-stops')?.click()
    return { text: box.textContent ?? '', set }
  }
  it('on the edge of a sub-process gives up what goes on inside, at the start of a timed one what goes on around it', () => {
    const edge = stops({ $type: 'bpmn:BoundaryEvent', attachedToRef: { $type: 'bpmn:SubProcess' } })
    expect(edge.text).toContain('到期后停止里面正在办的')
    expect(edge.set).toHaveBeenCalledWith('late', { cancelActivity: false })
    const start = stops({ $type: 'bpmn:StartEvent', isInterrupting: false })
    expect(start.text).toContain('启动时停止外面正在办的')
    expect(start.set).toHaveBeenCalledWith('late', { isInterrupting: true })
    expect(stops({ $type: 'bpmn:BoundaryEvent', attachedToRef: { $type: 'bpmn:UserTask' } }).text).toContain('到期后停止原来的环节')
  })
})

const table: RuleTable = { id: 'd', key: 'allowed', label: '能不能办', hitPolicy: 'FIRST', aggregation: '', inputs: [{ label: '年龄', expression: 'age', type: 'number' }], outputs: [{ name: 'allowed', label: '结果' }], rows: [{ id: 'r1', inputs: ['>= 18'], outputs: ['"yes"'], note: '成年' }, { id: 'r2', inputs: ['-'], outputs: ['"no"'], note: '' }] }
const xml = `<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="x" name="x" namespace="x"><inputData id="i" name="age"><description>年龄</description><variable id="v" name="age" typeRef="number" /></inputData><decision id="d" name="allowed"><informationRequirement id="q"><requiredInput href="#i" /></informationRequirement><decisionTable id="t"><input id="c"><inputExpression id="e" typeRef="number"><text>age</text></inputExpression></input><output id="o" /></decisionTable></decision></definitions>`

// req: FORM-016
describe('the test bench', () => {
  const cases: BenchCase[] = [{ name: '成年人', decision: 'allowed', input: { age: 20 }, expected: 'yes' }, { name: '少年', decision: 'allowed', input: { age: 10 }, expected: 'yes' }]
  const bench = async (decide: (decision: string, input: Record<string, unknown>) => Promise<unknown>, change = vi.fn()) => {
    const box = mount(TestBench, { cases, tables: [table], content: xml, edits: true, decide, onChange: change })
    await flushPromises()
    const press = async (text: string, at = 0) => { [...box.querySelectorAll('button')].filter((each) => each.textContent?.includes(text))[at]?.click(); await flushPromises() }
    return { box, press, change }
  }
  const server = async (_: string, input: Record<string, unknown>) => { const row = Number(input.age) >= 18 ? 1 : 2; return { output: row === 1 ? 'yes' : 'no', trace: [{ table: 'allowed', row, annotation: '' }] } }
  it('shows the browser’s answer at once and the server’s when asked, with the row that fired', async () => {
    const decide = vi.fn(server)
    const { box, press } = await bench(decide)
    expect(box.textContent).toContain('以服务器为准')
    await press('全部试算')
    expect(decide).toHaveBeenCalledTimes(2)
    expect(box.querySelector('.xb-sum')?.textContent).toBe('2 个例子，1 个相符，1 个不相符')
    expect(box.textContent).toContain('第 1 行命中：成年')
  })
  it('says when no row fired', async () => {
    const { box, press } = await bench(async () => ({ output: null, trace: [] }))
    await press('全部试算')
    expect(box.textContent).toContain('没有一行命中')
  })
  it('can take the result as the one wanted', async () => {
    const { press, change } = await bench(server)
    await press('全部试算')
    await press('把算得的记为应得')
    expect(change).toHaveBeenCalledWith([cases[0], { ...cases[1], expected: 'no' }])
  })
  it('counts what can not be decided as not passed and says why', async () => {
    const { box, press } = await bench(async () => { throw new Error('两行都命中') })
    await press('全部试算')
    expect(box.textContent).toContain('2 个例子，0 个相符，2 个不相符')
    expect(box.textContent).toContain('算不出来：两行都命中')
  })
})

describe('a binding', () => {
  const row: RuleBinding = { decision: 'allowed', form: '', item: 'gone', channels: ['web'], severity: 'stop', from: '2027-01-01', until: '2026-01-01', message: '' }
  it('says when it would end before it begins, and keeps an item the list does not name', () => {
    const box = mount(BindingsPart, { rows: [row], tables: [table], forms: [], items: [], edits: true })
    expect(box.textContent).toContain('失效时间要在生效时间之后')
    expect(box.querySelector<HTMLSelectElement>('#xn-i-0')?.value).toBe('gone')
  })
})
