import { ApiProblem, counters, desk, packages, type CounterPackage, type DeskCase, type Guide, type PackageReceipt, type Resolution, type Ticket } from '@tongban/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { entry, form, guide, loadForm, packaged, prefilled, resolve, restart, ticket } from '../../casework/intake/state.ts'
import { acceptAll, begin, body, choose, chosen, collect, deliveries, deliveryOf, each, fillForm, finished, goTo, nextStage, notes, outcomes, receipt, spread, stage, stages, steps, submit, takeOver, wanted, wrongStage } from './state.ts'

const item = (slug: string, required: boolean, handle: string | null = 'h1') => ({ item_slug: slug, item_name: slug, handle_item: handle, org_name: '民政局', promise_text: '5 个工作日', required, here: true })
const pack = (key: string, ...items: CounterPackage['items']): CounterPackage => ({ key, name: key, intro: '', object: 'person', open: true, missing: [], items })
const kinds = [{ key: 'h1', name: '新办' }, { key: 'h2', name: '换领' }]
const material = { key: 'm1', name: '居民身份证', needed: true, because: null, necessity: '1', exempt: false, generated: false }

beforeEach(() => {
  vi.spyOn(desk, 'guide').mockImplementation(async (slug) => ({ slug, name: slug, handle_items: kinds, situations: [], materials: [] }) as unknown as Guide)
  vi.spyOn(counters, 'cityWideItem').mockRejectedValue(new ApiProblem(404, {}))
  vi.spyOn(desk, 'resolve').mockResolvedValue({ questions: [], answered: true, stops: [], materials: [material], unmet: [], counts: {} } as unknown as Resolution)
  vi.spyOn(desk, 'form').mockImplementation(async (slug) => ({ schema: 'tongban-form/1', key: slug, title: slug, sections: [{ key: 's', title: '', fields: [{ key: `${slug}-bank`, label: '开户银行', type: 'text' }] }] }))
  begin('next')
  choose(pack('p', item('a', true), item('b', true, null), item('c', false)))
})
afterEach(() => { restart(); vi.restoreAllMocks() })

/** req: CASE-004 */
describe('one intake of a package', () => {
  it('has the people once, then each item; optional ones only where they are wanted', () => {
    expect(stages.value).toEqual(['package', 'applicant', 'a', 'b', 'delivery', 'confirm'])
    wanted.value = ['c']
    expect(stages.value).toEqual(['package', 'applicant', 'a', 'b', 'c', 'delivery', 'confirm'])
    expect(wrongStage()).toEqual([])
    choose(pack('o', item('a', true), item('c', false)))
    expect(wrongStage().map((wrong) => wrong.id), 'one alone is no package').toEqual(['pk-also'])
    entry.applicant.kind = 'enterprise'
    stage.value = 'applicant'
    expect(wrongStage()[0]?.id).toBe('in-kind')
  })
  it('asks for the kind of handling only where the package leaves it open', async () => {
    await goTo('a')
    expect([entry.handleItem, steps.value]).toEqual(['h1', ['situation', 'form', 'materials']])
    await goTo('b')
    expect([entry.handleItem, steps.value[0]]).toEqual(['', 'item'])
  })
  it('keeps what was typed for an item and hands papers and fields on to the next', async () => {
    entry.applicant.name = '叶建国'
    await goTo('a')
    await resolve()
    await loadForm()
    entry.form = { 'a-bank': '建设银行' }
    entry.handed = { m1: { handing: 'paper', copies: 2, files: [] } }
    finished.value = ['a']
    await goTo(nextStage())
    expect([stage.value, entry.slug, entry.form, entry.applicant.name]).toEqual(['b', 'b', {}, '叶建国'])
    entry.handleItem = 'h2'
    await resolve()
    await loadForm()
    fillForm()
    takeOver()
    expect(entry.form).toEqual({ 'b-bank': '建设银行' })
    expect(prefilled.value).toEqual([{ key: 'b-bank', locked: false, source: '按前面“a”填的带过来' }])
    expect(entry.handed.m1).toEqual({ handing: 'paper', copies: 2, files: [] })
    expect(notes.value).toEqual({ m1: '和“a”交的是同一份' })
    // Offered once: what the clerk takes back stays away.
    entry.form = { 'b-bank': '' }
    entry.handed = { m1: { handing: '', copies: 1, files: [] } }
    fillForm()
    takeOver()
    expect([entry.form['b-bank'], entry.handed.m1?.handing, notes.value]).toEqual(['', '', {}])
    await goTo('a')
    expect([entry.form, entry.handed.m1?.copies, form.value?.key]).toEqual([{ 'a-bank': '建设银行' }, 2, 'a'])
    await goTo('applicant')
    expect([entry.slug, guide.value, entry.applicant.name], 'no item is open beside the people').toEqual(['', null, '叶建国'])
    expect(body().items.map((each) => [each.item_slug, each.handle_item])).toEqual([['a', 'h1'], ['b', 'h2']])
  })
  it('keeps an item begun for another package, unless that one wants it otherwise', async () => {
    await goTo('a')
    entry.form = { x: 1 }
    await goTo('package')
    finished.value = ['a']
    choose(pack('q', item('a', true, 'h1')))
    await goTo('a')
    expect(entry.form).toEqual({ x: 1 })
    await goTo('package')
    choose(pack('r', item('a', true, 'h2')))
    expect(finished.value).toEqual([])
    await goTo('a')
    expect([entry.form, entry.handleItem]).toEqual([{}, 'h2'])
  })
  it('names the number being served, and goes when another intake begins', async () => {
    ticket.value = { id: 't1' } as Ticket
    begin('arrive')
    expect(chosen.value, 'what was begun before is not carried over').toBeNull()
    choose(pack('p', item('a', true)))
    expect(body().ticket).toBe('t1')
    restart()
    expect([packaged.value, chosen.value, stage.value]).toEqual([false, null, 'package'])
  })
})

/** req: CASE-029 */
describe('collection of a package', () => {
  it('wants to know when, and an address for whatever is posted', () => {
    stage.value = 'delivery'
    expect(wrongStage().map((wrong) => wrong.id)).toEqual(['pk-collect'])
    collect.value = 'together'
    entry.way = 'post'
    Object.assign(entry.address, { name: '叶建国', phone: '13800000000', address: '和平路 16 号' })
    expect(wrongStage()).toEqual([])
    each.value = 'yes'
    spread()
    deliveries.a!.way = 'electronic'
    deliveries.b!.address.address = ''
    expect(deliveryOf('a').way).toBe('electronic')
    expect(wrongStage()).toEqual([{ id: 'pk-1-d-address', message: 'b：填写详细地址' }])
    expect(entry.address.address, 'the way of all is untouched').toBe('和平路 16 号')
  })
})

/** req: CASE-004 */
describe('accepting a package', () => {
  const cases = ['a', 'b'].map((slug) => ({ case_id: `c-${slug}`, item_slug: slug }))
  it('goes case by case, says why one was refused, and tries only that one again', async () => {
    vi.spyOn(packages, 'create').mockResolvedValue({ cases } as PackageReceipt)
    await goTo('b')
    entry.handleItem = 'h1'
    await resolve()
    entry.handed = { m1: { handing: 'later', copies: 1, files: [] } }
    await goTo('confirm')
    await submit()
    expect(receipt.value?.cases).toHaveLength(2)
    vi.spyOn(desk, 'case').mockImplementation(async (id) => ({ id, version: 3, state: 'submitted', documents: [] }) as unknown as DeskCase)
    const accept = vi.spyOn(desk, 'accept').mockImplementation(async (id) => { if (id === 'c-a') throw new ApiProblem(409, { title: '材料不齐。' }) })
    await acceptAll()
    expect([outcomes['c-a']?.why, outcomes['c-b']?.accepted]).toEqual(['材料不齐。', true])
    expect(accept).toHaveBeenLastCalledWith('c-b', { version: 3, note: '', tolerated: ['m1'] })
    accept.mockClear().mockResolvedValue()
    await acceptAll()
    expect(accept.mock.calls.map(([id]) => id)).toEqual(['c-a'])
    expect(outcomes['c-a']?.accepted).toBe(true)
  })
  it('takes a case that is accepted already as such', async () => {
    receipt.value = { cases: cases.slice(0, 1) } as PackageReceipt
    vi.spyOn(desk, 'case').mockResolvedValue({ version: 4, state: 'in_review', documents: [] } as unknown as DeskCase)
    const accept = vi.spyOn(desk, 'accept').mockResolvedValue()
    await acceptAll()
    expect([outcomes['c-a']?.accepted, accept.mock.calls.length]).toEqual([true, 0])
  })
})
