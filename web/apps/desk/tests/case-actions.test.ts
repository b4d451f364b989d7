import type { CaseAction, CaseActionKey, DeskCase, RoundFile } from '@tongban/api'
import { afterEach, describe, expect, it } from 'vitest'
import { computed, createApp, effectScope, h, ref } from 'vue'
import CaseActions from '../src/features/casework/case/CaseActions.vue'
import { newestFirst } from '../src/features/casework/case/files.ts'
import { useReview, wholeOf, type Review } from '../src/features/casework/case/review.ts'

const act = (key: CaseActionKey, label: string, allowed = true, why_not: string | null = null): CaseAction => ({ key, label, allowed, why_not })
function record(change: Partial<DeskCase>): DeskCase {
  return { flow: [{ element: 'decide', name: '决定', state: 'todo', by: null, at: null }], actions: [], my_task: null, materials: [], review_points: [], ...change } as unknown as DeskCase
}
const review = (open = 0, wrong = 0) => ({
  open: computed(() => open), wrong: computed(() => Array.from({ length: wrong }, () => ({}))), opinion: ref(''), keptAt: ref(null), checks: {},
}) as unknown as Review
const task = (stage: string, outcomes: [string, string][], returnable: { element: string; name: string }[] = []) => ({
  id: 't', name: '审查', stage, outcomes: outcomes.map(([key, label]) => ({ key, label })), returnable, buttons: [], joint: null, on_behalf_of: null, may_choose: false, writable: [], due_on: null,
})
const stops: (() => void)[] = []
afterEach(() => { for (const stop of stops.splice(0)) stop() })

function show(c: DeskCase, r = review(), phone = false) {
  const heard: [name: string, value: unknown][] = []
  const on = (name: string) => (value?: unknown) => { heard.push([name, value]) }
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp({
    render: () => h(CaseActions, { record: c, review: r, busy: false, error: null, phone, onComplete: on('complete'), onAgainst: on('against'), onNext: on('next') }),
  })
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  const get = (selector: string) => {
    const element = host.querySelector<HTMLElement>(selector)
    if (!element) throw new Error(`no ${selector}`)
    return element
  }
  return { host, heard, get }
}

describe('the action bar', () => {
  it('waits until every point has been looked at, and says so', () => {
    const bar = show(record({ my_task: task('review', [['pass', '通过'], ['fail', '不符合']]), actions: [act('complete', '提交意见')] }), review(1))
    const primary = bar.get('.tb-btn--primary')
    expect(primary.textContent).toBe('同意，送决定')
    expect(primary.hasAttribute('disabled')).toBe(true)
    expect(bar.get('#act-hint').textContent).toContain('还有 1 项要点没看')
  })
  it('hands in the outcome that carries the case on', () => {
    const bar = show(record({ my_task: task('review', [['pass', '通过'], ['fail', '不符合']]), actions: [act('complete', '提交意见')] }))
    bar.get('.tb-btn--primary').click()
    expect(bar.heard).toEqual([['complete', 'pass']])
  })
  it('puts the refusal of a decision second and outlined, never first', () => {
    const bar = show(record({ my_task: task('decide', [['granted', '准予'], ['refused', '不予']]), actions: [act('complete', '提交意见')] }))
    expect(bar.get('.tb-btn--primary').textContent?.trim()).toBe('准予')
    bar.get('.tb-btn--danger').click()
    expect(bar.heard).toEqual([['against', 'refused']])
  })
  it('offers acceptance and correction before acceptance, for an intake task without outcomes', () => {
    const bar = show(record({ my_task: task('intake', []), actions: [act('accept', '受理'), act('request_correction', '要求补正'), act('not_accept', '不予受理')] }))
    expect(bar.get('.tb-btn--primary').textContent?.trim()).toBe('受理')
    expect(bar.get('.ca-second').textContent?.trim()).toBe('要求补正')
    expect(bar.get('.ca-panel').textContent?.trim()).toContain('不予受理')
  })
  it('says why something cannot be done now', () => {
    const bar = show(record({ actions: [act('resume', '结束特别程序', false, '现在没有停表')] }))
    expect(bar.get('.ca-panel').textContent?.trim()).toContain('现在不能办：现在没有停表')
    expect(bar.get('.ca-panel button').hasAttribute('disabled')).toBe(true)
  })
  it('leads on to the next case when nothing is to be done', () => {
    const bar = show(record({}))
    bar.get('.ca-first').click()
    expect(bar.heard.map(([name]) => name)).toEqual(['next'])
  })
  it('keeps to approving and urging on a phone', () => {
    const bar = show(record({ my_task: task('intake', []), actions: [act('accept', '受理'), act('urge', '催办'), act('abort', '中止办理')] }), review(), true)
    expect(bar.host.querySelector('.tb-btn--primary')).toBeNull()
    expect(bar.get('.ca-panel').textContent?.trim()).toBe('催办')
  })
})

describe('what is to be looked at', () => {
  const point = (key: string, who: 'window' | 'approver') => ({ key, text: key, for: who, checked: null })
  const withPoints = (...points: ReturnType<typeof point>[]) => record({ id: 'c', review_points: points } as Partial<DeskCase>)

  it('asks the window only its own points about the whole application', () => {
    const c = withPoints(point('complete', 'window'), point('site', 'approver'))
    expect(wholeOf(c, true)?.review_points).toHaveLength(2)
    const open = (intake: boolean) => effectScope().run(() => useReview(() => c, () => intake))?.open.value
    expect([open(true), open(false)]).toEqual([1, 1])
  })
  it('asks the window nothing that only the department can answer', () => {
    const c = withPoints(point('site', 'approver'))
    expect(wholeOf(c, true)).toBeNull()
    expect(wholeOf(c, false)?.name).toBe('整体要点')
    expect(effectScope().run(() => useReview(() => c, () => true))?.open.value).toBe(0)
  })
})

describe('the files of a material', () => {
  it('show what was handed in last first, otherwise in their order', () => {
    const file = (name: string, version_no: number) => ({ name, version_no }) as RoundFile
    expect(newestFirst([file('a', 1), file('b', 1), file('c', 2)]).map((each) => each.name)).toEqual(['c', 'a', 'b'])
  })
})
