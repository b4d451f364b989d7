import { ApiProblem, design, flowTasks, type DesignDefinition, type FlowMonitor, type FlowMoved, type FlowNode } from '@tongban/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { askedVersion, csvRows, hasRun, shownVersion, spell, standing, stepFigures } from '../src/features/design/running/figures.ts'
import { allCases } from '../src/features/design/running/load.ts'
import { carryOut, lostSteps, mappingOf, PART } from '../src/features/design/running/migration.ts'
import MigratePage from '../src/features/design/running/MigratePage.vue'
import RunningPage from '../src/features/design/running/RunningPage.vue'

const node = (element: string, version: number, open: number, more: Partial<FlowNode> = {}): FlowNode => ({ element, name: element, version, open, overdue: 0, done: 0, average_hours: null, ...more })
const nodes = [node('review', 1, 3, { done: 10, average_hours: 6, name: '审查（旧）' }), node('review', 2, 4, { overdue: 1, done: 30, average_hours: 2, name: '审查' }), node('old_check', 1, 2, { name: '旧核查' }), node('decide', 2, 0, { name: '决定' })]
const drawn = [{ id: 'review', name: '审查' }, { id: 'issue', name: '签发' }, { id: 'decide', name: '决定' }]
const versions = [{ version: 2, running: 4, current: true }, { version: 1, running: 5, current: false }]
const monitor: FlowMonitor = { flow_key: 'food', name: '食品', versions, nodes, as_of: '2026-11-26T08:00:00Z' }

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  vi.restoreAllMocks()
})

describe('the figures of a flow (req: FORM-030)', () => {
  it('stand in the order of the drawing, older steps behind, means weighed by cases', () => {
    const steps = stepFigures(nodes, null, drawn)
    expect(steps.map((each) => [each.name, each.open, each.overdue, each.gone])).toEqual([['审查', 7, 1, false], ['决定', 0, 0, false], ['旧核查', 2, 0, true]])
    expect(steps[0]).toMatchObject({ done: 40, average: 3 })
    expect(steps[1]?.average).toBeNull()
  })
  it('of a called flow stand where it is called, and are none that are gone', () => {
    const called = [...nodes, node('issue/look', 2, 5, { overdue: 2 }), node('issue/sign', 2, 1)]
    const steps = stepFigures(called, 2, drawn)
    expect(steps.map((each) => [each.element, each.gone])).toEqual([['review', false], ['issue/look', false], ['issue/sign', false], ['decide', false]])
    expect(standing(steps).find((each) => each.element === 'issue')).toEqual({ element: 'issue', open: 6, overdue: 2 })
    expect(lostSteps(called, 2, drawn)).toEqual([])
  })
  it('are those of one version when one is chosen', () => {
    expect(stepFigures(nodes, 1, []).map((each) => [each.name, each.open, each.average, each.gone])).toEqual([['审查（旧）', 3, 6, false], ['旧核查', 2, null, false]])
  })
  it('say hours, and days when it takes long', () => {
    expect([spell(null), spell(3.456), spell(48), spell(60)]).toEqual(['还没有', '3.5 小时', '2 天', '2.5 天'])
  })
  it('show the version asked for, else the one in force, else the newest', () => {
    expect([shownVersion(versions, 1), shownVersion(versions, null), shownVersion([{ version: 1, running: 0, current: false }, { version: 3, running: 0, current: false }], null), shownVersion([], null)]).toEqual([1, 2, 3, null])
    expect([askedVersion('1', versions), askedVersion('9', versions), askedVersion('', versions), askedVersion(undefined, versions)]).toEqual([1, null, null, null])
  })
  it('are written to a file as they are shown', () => {
    expect(csvRows(stepFigures(nodes, 2, drawn))[1]).toEqual(['审查', 4, 1, 30, '2'])
  })
  it('are none before anything ran', () => {
    expect([hasRun(monitor), hasRun({ ...monitor, nodes: [], versions: [{ version: 1, running: 0, current: true }] })]).toEqual([true, false])
  })
  it('of cases are fetched page by page for a file', async () => {
    const one = (id: string) => ({ case_id: id, case_number: id, item_name: '', version: 1, steps: [], since: '', overdue: false })
    const asked = vi.spyOn(flowTasks, 'cases').mockImplementation(async (_, query) => ({ items: [one(query.cursor ?? 'first')], total: 2, next: query.cursor ? null : 'second', as_of: '' }))
    expect((await allCases('food', { element: 'review' })).map((each) => each.case_id)).toEqual(['first', 'second'])
    expect(asked.mock.calls[1]?.[1]).toMatchObject({ element: 'review', cursor: 'second' })
  })
})

describe('moving cases to another version (req: FORM-030)', () => {
  it('asks only about steps where cases stand and which the new version lacks', () => {
    const lost = lostSteps([...nodes, node('gone_empty', 1, 0)], 1, drawn)
    expect(lost).toEqual([{ element: 'old_check', name: '旧核查', cases: 2 }])
    expect(mappingOf(lost, { old_check: 'review', review: 'decide' })).toEqual({ old_check: 'review' })
    expect(mappingOf(lost, { old_check: '' })).toEqual({})
  })
  const ids = Array.from({ length: PART * 2 + 5 }, (_, i) => `c${i}`)
  const answer = (part: string[]): FlowMoved => ({ moved: part.length, refused: 0, items: [], more: false })
  it('goes on part by part and tells how far it is', async () => {
    const sizes: number[] = []
    const told: number[] = []
    const end = await carryOut(ids, async (part) => { sizes.push(part.length); return answer(part) }, (now) => told.push(now.done), () => false)
    expect(sizes).toEqual([PART, PART, 5])
    expect(told).toEqual([0, PART, PART * 2, ids.length])
    expect(end).toMatchObject({ moved: ids.length, left: [], problem: null })
  })
  it('stops when told to, and keeps what is left', async () => {
    let calls = 0
    const end = await carryOut(ids, async (part) => { calls += 1; return answer(part) }, () => undefined, () => calls === 1)
    expect([end.moved, end.left.length]).toEqual([PART, PART + 5])
  })
  it('ends at the first call that fails; what was moved stays moved', async () => {
    let calls = 0
    const end = await carryOut(ids, async (part) => { calls += 1; if (calls === 2) throw new ApiProblem(503, {}); return answer(part) }, () => undefined, () => false)
    expect([calls, end.moved, end.left.length, end.problem?.status]).toEqual([2, PART, PART + 5, 503])
  })
})

const flow = (step: string) => `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"><bpmn:process id="p"><bpmn:startEvent id="s" /><bpmn:userTask id="${step}" name="审查" /><bpmn:endEvent id="e" /><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="${step}" /><bpmn:sequenceFlow id="f2" sourceRef="${step}" targetRef="e" /></bpmn:process></bpmn:definitions>`
const one = { id: 'd1', kind: 'flow', key: 'food', name: '食品经营许可', version: 2, may: { edit: true, publish: true, disable: true } } as unknown as DesignDefinition

async function show(component: object, path: string): Promise<HTMLElement> {
  vi.spyOn(design, 'definition').mockResolvedValue(one)
  vi.spyOn(flowTasks, 'monitor').mockResolvedValue(monitor)
  vi.spyOn(design, 'version').mockImplementation(async (_, version) => ({ version, content: flow('review'), digest: '', note: '', published_at: '', published_by: '' }))
  vi.spyOn(design, 'versions').mockResolvedValue({ items: [1, 2].map((version) => ({ version, digest: '', note: '', published_at: '', published_by: '', cases: 0 })) })
  const at = (name: string, address: string) => ({ path: address, name, component: { template: '<p />' } })
  const router = createRouter({ history: createMemoryHistory(), routes: [at('design-definition', '/design/definitions/:id'), at('design-flow', '/design/flows/:id'), at('design-flow-running', '/design/flows/:id/running'), at('design-flow-cases', '/design/flows/:id/running/cases'), at('design-flow-migrate', '/design/flows/:id/running/migrate'), at('case', '/cases/:id')] })
  await router.push(path)
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp(component, { id: 'd1' })
  app.use(router).mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  return host
}
const pressed = (host: HTMLElement, text: string) => [...host.querySelectorAll('button')].find((each) => each.textContent?.includes(text))?.click()

describe('the page of a running flow (req: FORM-030)', () => {
  it('shows picture, table and bars with the same figures, and leads to the cases of a step', async () => {
    const host = await show(RunningPage, '/design/flows/d1/running')
    await vi.waitFor(() => expect(host.querySelector('.fp-svg')).not.toBeNull())
    expect(host.querySelector('.fp-svg')?.getAttribute('aria-label')).toContain('审查在办 7 件')
    expect(host.querySelector('.fp-mark text')?.textContent).toBe('7')
    expect(host.querySelector('.fp-note text')?.textContent).toBe('超期 1')
    const row = host.querySelector('.tb-table tbody tr')
    expect(row?.textContent).toMatch(/审查\s*7\s*1\s*40\s*3 小时/)
    expect(row?.querySelector('a')?.getAttribute('href')).toBe('/design/flows/d1/running/cases?element=review')
    expect(host.querySelectorAll('.br').length).toBe(4)
  })
  it('is of one version when the address says so', async () => {
    const host = await show(RunningPage, '/design/flows/d1/running?version=1')
    await vi.waitFor(() => expect(host.querySelector('.fp-svg')).not.toBeNull())
    expect(host.querySelector('.tb-table tbody tr a')?.getAttribute('href')).toContain('element=review&version=1')
    expect(design.version).toHaveBeenCalledWith('d1', 1)
  })
})

describe('the page that moves cases (req: FORM-030)', () => {
  async function tried(): Promise<HTMLElement> {
    const host = await show(MigratePage, '/design/flows/d1/running/migrate')
    await vi.waitFor(() => expect(host.querySelector('#mg-from')).not.toBeNull())
    const set = (id: string, value: string) => {
      const box = host.querySelector<HTMLSelectElement>(`#${id}`)!
      box.value = value
      box.dispatchEvent(new Event('change'))
    }
    set('mg-from', '1')
    await vi.waitFor(() => expect(host.querySelectorAll('#mg-to option').length).toBe(2))
    set('mg-to', '2')
    await vi.waitFor(() => expect(host.querySelector('#mg-map-old_check')).not.toBeNull())
    set('mg-map-old_check', 'review')
    host.querySelector('form')?.dispatchEvent(new Event('submit'))
    await vi.waitFor(() => expect(host.textContent).toContain('能迁'))
    return host
  }
  const items = [{ case_id: 'a', case_number: 'A1', moved: true, message: null }, { case_id: 'b', case_number: 'B2', moved: true, message: null }, { case_id: 'c', case_number: 'C3', moved: false, message: '停在会签' }]

  it('tries first, shows who can not be moved and why, then moves what is ticked', async () => {
    const asked = vi.spyOn(flowTasks, 'migrate').mockImplementation(async (_, body) => (body.dry_run ? { moved: 2, refused: 1, items, more: false } : { moved: 1, refused: 0, items: items.slice(0, 1), more: false }))
    const host = await tried()
    expect(asked.mock.calls[0]).toEqual(['food', { from: 1, to: 2, mapping: { old_check: 'review' }, cases: null, dry_run: true }])
    expect(host.textContent).toContain('看了 3 件：2 件能迁，1 件不能迁')
    expect(host.textContent).toContain('停在会签')
    const second = host.querySelector<HTMLInputElement>('input[aria-label="迁B2"]')!
    second.checked = false
    second.dispatchEvent(new Event('change'))
    await vi.waitFor(() => expect(host.textContent).toContain('正式迁 1 件'))
    pressed(host, '正式迁 1 件')
    await vi.waitFor(() => expect(host.querySelector('#action-form')).not.toBeNull())
    host.querySelector('#action-form')?.dispatchEvent(new Event('submit'))
    await vi.waitFor(() => expect(host.textContent).toContain('迁完了：1 件换到第 2 版'))
    expect(asked.mock.calls[1]?.[1]).toMatchObject({ cases: ['a'], dry_run: false })
    expect(host.querySelector('progress')?.value).toBe(1)
  })
  it('asks for both versions before anything is sent', async () => {
    const asked = vi.spyOn(flowTasks, 'migrate')
    const host = await show(MigratePage, '/design/flows/d1/running/migrate')
    await vi.waitFor(() => expect(host.querySelector('#mg-from')).not.toBeNull())
    host.querySelector('form')?.dispatchEvent(new Event('submit'))
    await vi.waitFor(() => expect(host.querySelector('.tb-errsum')?.textContent).toContain('选从哪一版迁'))
    expect(asked).not.toHaveBeenCalled()
  })
  it('puts what is refused at the step it is about', async () => {
    vi.spyOn(flowTasks, 'migrate').mockResolvedValueOnce({ moved: 0, refused: 0, items, more: false }).mockRejectedValueOnce(new ApiProblem(422, { title: '对应不上', errors: [{ pointer: '/mapping/old_check', code: 'unknown', message: '“审查”不能接“旧核查”' }] }))
    const host = await tried()
    host.querySelector('form')?.dispatchEvent(new Event('submit'))
    await vi.waitFor(() => expect(host.querySelector('#mg-map-old_check-error')?.textContent).toContain('不能接'))
  })
})
