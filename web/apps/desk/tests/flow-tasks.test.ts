import { ApiProblem, desk, flowTasks, type CaseAction, type CaseTask as OpenTask, type DeskCase, type JointReview, type MyTask, type StaffMe, type TaskButton } from '@tongban/api'
import type { Form } from '@tongban/form-runtime'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, createApp, effectScope, h, nextTick, ref, shallowRef } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { session } from '../src/app/session.ts'
import CaseActions from '../src/features/casework/case/CaseActions.vue'
import CasePending from '../src/features/casework/case/CasePending.vue'
import CaseTask from '../src/features/casework/case/CaseTask.vue'
import CaseTasks from '../src/features/casework/case/CaseTasks.vue'
import { handOver, jump, recall, takeBack } from '../src/features/casework/case/hand-over.ts'
import { standOf } from '../src/features/casework/case/joint.ts'
import type { Review } from '../src/features/casework/case/review.ts'
import { stepActs } from '../src/features/casework/case/step-acts.ts'
import { changesOf, restForm, stepForm, useStepForm } from '../src/features/casework/case/step-form.ts'
import StepFields from '../src/features/casework/case/StepFields.vue'
import TaskMark from '../src/parts/TaskMark.vue'
import { problemsOf, startValues } from '../src/parts/dialog.ts'

const task = (more: Partial<MyTask> = {}): MyTask => ({
  id: 't1', name: '审查', stage: 'review', outcomes: [{ key: 'pass', label: '通过' }, { key: 'fail', label: '不符合' }], returnable: [{ element: 'intake', name: '受理' }],
  buttons: [], joint: null, on_behalf_of: null, may_choose: false, writable: [], due_on: null, ...more,
})
const may = (key: CaseAction['key'], allowed = true, why_not: string | null = null): CaseAction => ({ key, label: '', allowed, why_not })
const record = (more: object = {}): DeskCase => ({
  id: 'c1', version: 7, my_task: task(), actions: [may('complete')], flow: [], materials: [], review_points: [], special: [], extensions: [], urges: [], tasks: [], take_back: [], jump_targets: [],
  form: { schema: {}, data: {} }, applicant: { kind: 'enterprise', name: '海燕小厨' }, ...more,
}) as unknown as DeskCase
const button = (action: TaskButton['action'], label: string, outcome: string | null = null): TaskButton => ({ action, label, outcome })
const open = (more: Partial<OpenTask> = {}): OpenTask => ({ id: 't1', element: 'review', name: '审查', stage: 'review', handler: '王敏', since: '2026-11-25T01:00:00Z', due_on: '2026-11-30', overdue: false, mine: true, delegated: false, ...more })

const signedIn = (...permissions: string[]) => { session.me = { id: 'me', permissions } as unknown as StaffMe }
const stops: (() => void)[] = []
beforeEach(() => signedIn('task.transfer', 'task.countersign'))
afterEach(() => {
  session.me = null
  for (const stop of stops.splice(0)) stop()
  vi.restoreAllMocks()
})
function show(component: object, props: Record<string, unknown>): HTMLElement {
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp({ render: () => h(component, props) })
  app.use(createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: { template: '<p />' } }, { path: '/cases/:id', name: 'case', component: { template: '<p />' } }] }))
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  return host
}
const review = (left = 0) => ({ open: computed(() => left), wrong: computed(() => []), opinion: ref(''), keptAt: ref(null), checks: {} }) as unknown as Review
const labels = (host: HTMLElement, within: string) => [...host.querySelectorAll(`${within} button`)].map((each) => each.textContent?.trim())

describe('the buttons of a step (req: FORM-026)', () => {
  const own = [button('return', '退回重审'), button('pass', '同意', 'agreed'), button('pass', '不予', 'refused'), button('countersign', '请人会签'), button('suspend', '挂起')]

  it('are pressed in their order and with their words; the first that carries on is the main one', () => {
    const heard: unknown[] = []
    const host = show(CaseActions, {
      record: record({ my_task: task({ buttons: own }), actions: [may('complete'), may('suspend'), may('extend')] }), review: review(), busy: false, error: null, phone: false,
      onComplete: (outcome: string) => heard.push(['complete', outcome]), onAgainst: (outcome: string) => heard.push(['against', outcome]), onGiveBack: () => heard.push('back'), onHand: (how: string) => heard.push(['hand', how]), onAct: (key: string) => heard.push(['act', key]),
    })
    const row = [...host.querySelectorAll<HTMLButtonElement>('.ca-row > button')]
    expect(row.map((each) => each.textContent?.trim())).toEqual(['退回重审', '同意', '不予', '请人会签', '挂起'])
    expect(host.querySelector('.tb-btn--primary')?.textContent).toBe('同意')
    expect(host.querySelector('.tb-btn--danger')?.textContent).toBe('不予')
    for (const each of row) each.click()
    expect(heard).toEqual(['back', ['complete', 'agreed'], ['against', 'refused'], ['hand', 'countersign'], ['act', 'suspend']])
  })
  it('that can not be pressed say why; what the step does not name is not offered from it', () => {
    const host = show(CaseActions, { record: record({ my_task: task({ buttons: [button('return', '退回'), button('correct', '补正')], returnable: [] }), actions: [may('complete'), may('request_correction', false, '已经告知过'), may('suspend'), may('extend')] }), review: review(), busy: false, error: null, phone: false })
    const menu = host.querySelector('.ca-panel')?.textContent ?? ''
    expect(menu).toContain('现在不能办：没有可以退回的环节')
    expect(menu).toContain('现在不能办：已经告知过')
    expect(menu).toContain('申请延长')
    expect(menu).not.toContain('启动特别程序')
  })
  it('of handing over want the right to', () => {
    signedIn()
    expect(stepActs(record(), task({ buttons: [button('transfer', '转给同事'), button('countersign', '请人会签')] }))?.map((each) => each.why)).toEqual(['您没有这项权限', '您没有这项权限'])
  })
  it('wait for the points that are still to be looked at', () => {
    const host = show(CaseActions, { record: record({ my_task: task({ buttons: own }) }), review: review(2), busy: false, error: null, phone: false })
    expect(host.querySelector('.ca-first')?.hasAttribute('disabled')).toBe(true)
    expect(host.querySelector('#act-hint')?.textContent).toContain('还有 2 项')
  })
  it('are those of today when the step has none, with handing over and asking others under 更多', () => {
    const host = show(CaseActions, { record: record(), review: review(), busy: false, error: null, phone: false })
    expect(host.querySelector('.tb-btn--primary')?.textContent).toBe('同意，提交')
    expect(labels(host, '.ca-panel')).toEqual(['不符合', '转办', '委托', '加签'])
    signedIn('task.countersign')
    expect(labels(show(CaseActions, { record: record(), review: review(), busy: false, error: null, phone: false }), '.ca-panel'), 'by right').toEqual(['不符合', '加签'])
  })
  it('a phone keeps to passing and refusing', () => {
    const host = show(CaseActions, { record: record({ my_task: task({ buttons: own }) }), review: review(), busy: false, error: null, phone: true })
    expect([...host.querySelectorAll('.ca-row > button')].map((each) => each.textContent?.trim())).toEqual(['同意', '不予'])
  })
  it('without an outcome pass with the one that carries the case on', () => {
    expect(stepActs(record(), task({ buttons: [button('pass', '准予')], outcomes: [{ key: 'granted', label: '准予' }] }))?.[0]?.press).toEqual({ do: 'complete', outcome: 'granted' })
    expect(stepActs(record(), task())).toBeNull()
  })
})

describe('handing a task over (req: FORM-029)', () => {
  it('finds colleagues who may take it, and says where they are', async () => {
    const find = vi.spyOn(flowTasks, 'colleagues').mockResolvedValue({ items: [{ id: 'u2', name: '李强', org_name: '食品经营科', roles: ['审查'] }], total: 1, next: null, as_of: '' })
    const [who] = handOver(record(), task(), 'transfer').fields
    expect(who?.kind === 'pick' && (await who.find('李'))).toEqual([{ value: 'u2', label: '李强', hint: '食品经营科　审查' }])
    expect(find).toHaveBeenCalledWith('c1', 't1', { q: '李', for: 'transfer', limit: 20 })
    const [others] = handOver(record(), task(), 'countersign').fields
    if (others?.kind === 'pick') await others.find('')
    expect(find).toHaveBeenLastCalledWith('c1', 't1', { q: '', for: 'countersign', limit: 20 })
  })
  it('sends whom, why and in whose name; both are asked for', async () => {
    const sent = vi.spyOn(flowTasks, 'transfer').mockResolvedValue()
    const who = [{ value: 'u2', label: '李强' }]
    await handOver(record(), task(), 'transfer').run({ to: who, reason: ' 出差 ' }, 'k')
    await handOver(record(), task(), 'delegate').run({ to: who, reason: '休假' }, 'k')
    const either = handOver(record(), task(), 'either')
    await either.run({ how: 'delegate', to: who, reason: '开会' }, 'k')
    expect(sent.mock.calls.map(([, , body]) => body)).toEqual([
      { version: 7, to: 'u2', reason: '出差', delegate: false }, { version: 7, to: 'u2', reason: '休假', delegate: true }, { version: 7, to: 'u2', reason: '开会', delegate: true },
    ])
    expect(problemsOf(either.fields, startValues(either.fields)).map((each) => each.key)).toEqual(['to', 'reason'])
  })
  it('asks several for their opinion, at once or in order', async () => {
    const sent = vi.spyOn(flowTasks, 'countersign').mockResolvedValue()
    const spec = handOver(record(), task(), 'countersign')
    expect(problemsOf(spec.fields, startValues(spec.fields)).map((each) => each.message)).toEqual(['至少选一个人', '写明请他们看什么'])
    await spec.run({ who: [{ value: 'u2', label: '李强' }, { value: 'u3', label: '赵磊' }], order: 'one', reason: '看布局' }, 'k')
    expect(sent).toHaveBeenCalledWith('c1', 't1', { version: 7, who: ['u2', 'u3'], sequential: true, reason: '看布局' })
  })
  it('takes back what was done, and what another does in my name', async () => {
    const back = vi.spyOn(flowTasks, 'takeBack').mockResolvedValue()
    const sent = vi.spyOn(flowTasks, 'transfer').mockResolvedValue()
    await takeBack(record(), { task: 't0', name: '初审' }).run({}, 'k')
    await recall(record(), open({ id: 't9' }), 'me').run({}, 'k')
    expect(back).toHaveBeenCalledWith('c1', 't0', 7)
    expect(sent).toHaveBeenCalledWith('c1', 't9', { version: 7, to: 'me', reason: '收回委托', delegate: false })
  })
  it('offers the step that may be taken back beside what waits', () => {
    const heard = vi.fn()
    const host = show(CasePending, { record: record({ take_back: [{ task: 't0', name: '初审' }] }), onTakeBack: heard })
    expect(host.textContent).toContain('您办完了“初审”')
    host.querySelector('button')?.click()
    expect(heard).toHaveBeenCalledWith({ task: 't0', name: '初审' })
  })
})

describe('the jump of the administrator (req: FORM-029)', () => {
  const c = record({ jump_targets: [{ element: 'review', name: '审查' }, { element: 'decide', name: '决定' }], tasks: [open({ mine: false })] })
  it('goes to any other step, with a reason', async () => {
    const sent = vi.spyOn(flowTasks, 'jump').mockResolvedValue()
    const spec = jump(c, open())
    expect(spec.fields[0]?.kind === 'select' && spec.fields[0].options.map((each) => each.value)).toEqual(['decide'])
    expect(problemsOf(spec.fields, { element: 'decide', reason: ' ' }).map((each) => each.message)).toEqual(['写明为什么要跳转'])
    await spec.run({ element: 'decide', reason: '环节设错' }, 'k')
    expect(sent).toHaveBeenCalledWith('c1', 't1', { version: 7, element: 'decide', reason: '环节设错' })
  })
  it('stands at each open step, for those with the right only', () => {
    const heard = vi.fn()
    const host = show(CaseTasks, { record: c, onJump: heard })
    host.querySelector('button')?.click()
    expect(heard).toHaveBeenCalledWith(c.tasks[0])
    expect(show(CaseTasks, { record: { ...c, jump_targets: [] } }).querySelector('button')).toBeNull()
  })
})

describe('open steps (req: FORM-029)', () => {
  it('are shown with handler, day and what is late', () => {
    const host = show(CaseTasks, { record: record({ tasks: [open({ overdue: true }), open({ id: 't2', name: '会签', handler: '李强（代王敏）', due_on: null, mine: false })] }) })
    const [first, second] = [...host.querySelectorAll('tbody tr')].map((each) => each.textContent ?? '')
    expect(first).toMatch(/审查\s*我的\s*王敏/)
    expect(first).toContain('超期')
    expect(second).toMatch(/李强（代王敏）/)
    expect(second).toContain('没有规定')
    expect(second).not.toContain('我的')
  })
  it('entrusted to another are taken back from there', () => {
    const heard = vi.fn()
    const host = show(CaseTasks, { record: record({ tasks: [open(), open({ id: 't2', delegated: true })] }), onRecall: heard })
    expect(host.querySelectorAll('tbody button')).toHaveLength(1)
    host.querySelector<HTMLButtonElement>('tbody button')?.click()
    expect(heard.mock.calls[0]?.[0]).toMatchObject({ id: 't2' })
  })
})

describe('joint review (req: FORM-029)', () => {
  const joint = (more: Partial<JointReview>): JointReview => ({ sequential: false, ratio: 67, needed: 3, passed: 1, failed: 0, open: 2, total: 3, votes: [], ...more })
  it('counts how many still have to pass it, and says when they can not', () => {
    expect(standOf(joint({}))).toEqual({ left: 2, lost: false })
    expect(standOf(joint({ needed: 1 }))).toEqual({ left: 0, lost: false })
    expect(standOf(joint({ needed: 2, failed: 1 }))).toEqual({ left: 1, lost: false })
    expect(standOf(joint({ needed: 2, failed: 2, passed: 1 }))).toEqual({ left: 1, lost: true })
  })
  it('says who has said what, how many are needed and in whose name one speaks', () => {
    const votes = [{ by: '李强', outcome_label: '通过', text: '布局可以', at: '2026-11-26T01:00:00Z' }]
    const host = show(CaseTask, { record: record({ my_task: task({ joint: joint({ ratio: 100, sequential: true, votes }), on_behalf_of: '王敏', due_on: '2026-11-30' }) }) })
    for (const said of ['代王敏办理', '共 3 人，1 人通过，0 人不通过，2 人还没说', '还要 2 人通过', '按次序', '李强：通过', '布局可以', '11月30日']) expect(host.textContent).toContain(said)
  })
  it('says when the share can not be reached, and a day that is over', () => {
    const host = show(CaseTask, { record: record({ my_task: task({ joint: joint({ ratio: 100, failed: 1 }), due_on: '2026-11-20' }), tasks: [open({ overdue: true })] }) })
    expect(host.textContent).toContain('这一步过不去')
    expect(host.querySelector('.tb-tag--danger')?.textContent).toContain('已经超期')
  })
  it('promises no next step, because others may still have to speak', () => {
    const flow = [{ element: 'decide', name: '决定', state: 'todo', by: null, at: null }]
    const primary = (more: Partial<MyTask>) => show(CaseActions, { record: record({ flow, my_task: task(more) }), review: review(), busy: false, error: null, phone: false }).querySelector('.tb-btn--primary')?.textContent
    expect([primary({}), primary({ joint: joint({}) })]).toEqual(['同意，送决定', '同意，提交'])
  })
  it('shows nothing for a plain step', () => {
    expect(show(CaseTask, { record: record() }).textContent?.trim()).toBe('')
  })
})

describe('the fields a step fills in (req: FORM-026)', () => {
  const form = { schema: 'tongban-form/1', key: 'f', title: '表', sections: [
    { key: 'place', title: '场所', fields: [{ key: 'area', type: 'number', label: '面积' }, { key: 'empty', type: 'text', label: '空的' }] },
    { key: 'check', title: '核查', visibleWhen: 'handle_item = "new"', fields: [{ key: 'row', type: 'columns', label: '', fields: [{ key: 'found', type: 'text', label: '核查结论', permission: { applicant: 'hidden' } }] }, { key: 'name', type: 'text', label: '名称', readOnly: true }] },
  ] } as unknown as Form
  const data = { area: 80, name: '海燕小厨' }
  const c = (more: object = {}) => record({ my_task: task({ writable: ['found'] }), form: { schema: form, data }, ...more })

  it('may be written whatever the form says of applicants; the rest stands read-only, empty ones are left out', () => {
    const asked = stepForm(form, ['found'], data)
    expect(asked.sections[0]?.fields.map((each) => [each.key, each.readOnly])).toEqual([['area', true]])
    expect(asked.sections[1]?.visibleWhen, 'what only the server knows is left to it').toBeUndefined()
    expect(asked.sections[1]?.fields[0]?.fields?.[0]).toMatchObject({ key: 'found', permission: undefined, readOnly: undefined })
    expect(restForm(form, ['found', 'area']).sections.map((each) => each.fields.map((field) => [field.key, field.fields?.length]))).toEqual([[['empty', undefined]], [['row', 0], ['name', undefined]]])
  })
  it('are sent only when they changed', () => {
    expect(changesOf(data, { ...data, found: '一致', area: 81 }, ['found'])).toEqual({ found: '一致' })
    expect(changesOf({ found: '一致' }, { found: '' }, ['found'])).toEqual({ found: '' })
    expect(changesOf(data, { ...data }, ['found'])).toEqual({})
  })
  function begin() {
    const now = shallowRef<DeskCase | null>(c())
    const reload = vi.fn(async () => { now.value = { ...c(), version: 8 } })
    const scope = effectScope()
    stops.push(() => scope.stop())
    const filling = scope.run(() => useStepForm(() => now.value, reload))!
    return { filling, reload, now }
  }
  it('are saved with the version of the page, which is read again', async () => {
    const sent = vi.spyOn(flowTasks, 'fill').mockResolvedValue()
    const { filling, reload } = begin()
    expect([filling.dirty.value, await filling.save()]).toEqual([false, true])
    expect(sent).not.toHaveBeenCalled()
    filling.set({ ...data, found: '一致' })
    expect(filling.data.value).toEqual({ ...data, found: '一致' })
    expect(await filling.save()).toBe(true)
    expect(sent).toHaveBeenCalledWith('c1', 't1', { version: 7, data: { found: '一致' } })
    expect(reload).toHaveBeenCalledOnce()
    expect(filling.dirty.value).toBe(false)
  })
  it('that are refused stay as typed, each with what is wrong at its place', async () => {
    vi.spyOn(flowTasks, 'fill').mockRejectedValue(new ApiProblem(422, { title: '有 1 处要改', errors: [{ pointer: '/data/found', code: 'length', message: '核查结论最多 5 个字' }] }))
    const { filling } = begin()
    filling.set({ ...data, found: '一致一致一致' })
    expect(await filling.save()).toBe(false)
    expect(filling.problems.value).toEqual([{ pointer: '/found', code: 'length', message: '核查结论最多 5 个字' }])
    expect([filling.error.value, filling.dirty.value]).toEqual(['有 1 处要改，改好再保存。', true])
  })
  it('of another task begin anew', async () => {
    const { filling, now } = begin()
    filling.set({ ...data, found: '一致' })
    now.value = c({ my_task: task({ id: 't2', writable: ['found'] }) })
    await nextTick()
    expect(filling.dirty.value).toBe(false)
  })
  it('are drawn alone, the rest of the form stands below to be read', async () => {
    vi.spyOn(desk, 'regions').mockResolvedValue({ items: [] })
    const { filling, now } = begin()
    const host = show(StepFields, { record: now.value, filling })
    const box = host.querySelector<HTMLInputElement>('#f-found')!
    expect([...host.querySelectorAll('form input')].map((each) => each.id)).toEqual(['f-found'])
    expect(host.querySelector('form h2')?.textContent).toBe('核查')
    expect([...host.querySelectorAll('.tf-summary dt')].map((each) => each.textContent)).toEqual(['面积', '名称'])
    box.value = '一致'
    box.dispatchEvent(new Event('input'))
    await nextTick()
    expect(filling.dirty.value).toBe(true)
    expect(host.textContent).toContain('有填写还没有保存')
  })
})

describe('marks on the list of tasks (req: FORM-029)', () => {
  it('say whose it is; a task by role is the usual and says nothing', () => {
    expect((['mine', 'delegated', 'joint', 'role', null, undefined] as const).map((mark) => show(TaskMark, { mark }).textContent?.trim())).toEqual(['我的', '代办', '会签', '', '', ''])
  })
})
