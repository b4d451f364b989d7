import { ApiProblem, type DesignDefinition, type DesignDraft } from '@tongban/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { draftOf, optionsOf, used } from '../src/features/design/fields/acts.ts'
import { findingsOf, publishSpec } from '../src/features/design/form/acts.ts'
import { PAUSE_MS, useSaving } from '../src/features/design/form/saving.ts'
import { copy, create } from '../src/features/design/library/acts.ts'
import { editorOf, purposeName } from '../src/features/design/library/words.ts'

const one = (revision: number, content = 'start') => ({ id: 'd1', revision, content, draft: { revision, changed_at: '2026-11-26T08:00:00Z', changed_by_name: '王芳' }, findings: [] }) as unknown as DesignDefinition
const stale = () => new ApiProblem(409, { code: 'stale_version', title: '别人刚改过' })

function begin() {
  let text = 'a'
  const sent: DesignDraft[] = []
  const answers: (() => Promise<DesignDefinition>)[] = []
  const saved = vi.fn()
  const store = {
    definition: vi.fn(async () => one(9, 'theirs')),
    saveDraft: vi.fn(async (_: string, body: DesignDraft) => {
      sent.push(body)
      return (answers.shift() ?? (async () => one(body.revision + 1)))()
    }),
  }
  const saving = effectScope().run(() => useSaving(one(3), () => ({ name: '表', purpose: 'application', channels: ['web'], content: text }), store, saved))!
  const change = (next: string) => { text = next; saving.changed() }
  return { saving, sent, answers, store, saved, change }
}

describe('the draft saves itself (req: FORM-010)', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  it('a moment after the last change, once for many, with the revision it knows', async () => {
    const { saving, sent, change, saved } = begin()
    change('b')
    await vi.advanceTimersByTimeAsync(PAUSE_MS - 100)
    change('c')
    expect(saving.dirty.value).toBe(true)
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    expect(sent).toEqual([{ revision: 3, name: '表', purpose: 'application', channels: ['web'], content: 'c' }])
    expect(saving.dirty.value).toBe(false)
    expect(saving.revision.value).toBe(4)
    expect(saved).toHaveBeenCalledOnce()
  })
  it('saves again what was changed while it saved, with the new revision', async () => {
    const { saving, sent, answers, change } = begin()
    let finish: (answer: DesignDefinition) => void = () => undefined
    answers.push(() => new Promise((done) => { finish = done }))
    change('b')
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    change('c')
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    expect(sent).toHaveLength(1)
    finish(one(4))
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    expect(sent.map((each) => [each.revision, each.content])).toEqual([[3, 'b'], [4, 'c']])
    expect(saving.dirty.value).toBe(false)
  })
  it('keeps what could not be saved and says why; the next try sends it', async () => {
    const { saving, sent, answers, change } = begin()
    answers.push(async () => { throw new ApiProblem(0, {}) })
    change('b')
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    expect(saving.problem.value?.title).toContain('网络断了')
    expect(saving.dirty.value).toBe(true)
    expect(await saving.save()).toBe(true)
    expect(sent).toHaveLength(2)
    expect(saving.problem.value).toBeNull()
  })
  it('names who saved meanwhile, and sends nothing until somebody has chosen', async () => {
    const { saving, sent, answers, change } = begin()
    answers.push(async () => { throw stale() })
    change('b')
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    expect(saving.conflict.value).toEqual({ by: '王芳', at: '2026-11-26T08:00:00Z' })
    change('c')
    await vi.advanceTimersByTimeAsync(PAUSE_MS * 3)
    expect(sent).toHaveLength(1)
    expect(await saving.save()).toBe(false)
  })
  it('keeps mine over theirs', async () => {
    const { saving, sent, answers, change } = begin()
    answers.push(async () => { throw stale() })
    change('b')
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    await saving.keepMine()
    expect(sent.at(-1)).toMatchObject({ revision: 9, content: 'b' })
    expect([saving.conflict.value, saving.dirty.value, saving.revision.value]).toEqual([null, false, 10])
  })
  it('takes theirs and begins from their revision', async () => {
    const { saving, sent, answers, change } = begin()
    answers.push(async () => { throw stale() })
    change('b')
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    expect((await saving.takeTheirs()).content).toBe('theirs')
    expect([saving.conflict.value, saving.dirty.value, saving.revision.value]).toEqual([null, false, 9])
    await vi.advanceTimersByTimeAsync(PAUSE_MS * 3)
    expect(sent).toHaveLength(1)
  })
})

describe('publishing (req: FORM-001)', () => {
  const what = (save: boolean, place = vi.fn()) => publishSpec({ id: 'd1', name: '表', next: 2, save: async () => save, revision: () => 7, place, done: vi.fn() })
  it('wants a note and everything saved first', async () => {
    expect(what(true).fields[0]).toMatchObject({ key: 'note', missing: expect.stringContaining('写明') })
    await expect(what(false).run({ note: '改了' }, 'key-1')).rejects.toMatchObject({ title: expect.stringContaining('没有保存上') })
  })
  it('puts what was refused at its component and says how many', async () => {
    const findings = [{ severity: 'error', code: 'empty', at: '/sections/1', message: '没有字段' }, { severity: 'warning', code: 'w', at: '', message: '提醒' }]
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ title: '有错', status: 422, code: 'invalid', findings }), { status: 422, headers: { 'content-type': 'application/problem+json' } }))
    const place = vi.fn()
    await expect(what(true, place).run({ note: '改了' }, 'key-1')).rejects.toMatchObject({ title: expect.stringContaining('还有 1 处要改') })
    expect(place).toHaveBeenCalledWith(findings)
    vi.unstubAllGlobals()
  })
  it('reads wrong places of an ordinary problem as findings', () => {
    expect(findingsOf(new ApiProblem(422, { errors: [{ pointer: '/content/sections/0/fields/1', code: 'x', message: '错' }] }))).toEqual([{ severity: 'error', code: 'x', at: '/sections/0/fields/1', message: '错' }])
  })
})

describe('shared fields (req: FORM-003)', () => {
  const values = { code: 'QY-MC', label: ' 企业名称 ', type: 'text', options: '一\n2=二', length: 50, check: '[A-Z]+', source: '', use: '都用', sensitivity: 'general', reusable: 'yes' }
  it('are sent with what their type knows', () => {
    expect(draftOf(values)).toEqual({ code: 'QY-MC', label: '企业名称', type: 'text', length: 50, options: [], check: '[A-Z]+', source: '', use: '都用', reusable: true, sensitivity: 'general' })
    expect(draftOf({ ...values, type: 'radio' })).toMatchObject({ length: null, check: '', options: [{ value: '一', label: '一' }, { value: '2', label: '二' }] })
    expect(optionsOf('\n a = 甲 \n\n')).toEqual([{ value: 'a', label: '甲' }])
  })
  it('refuse a bad code and a format nobody can read, at their field', () => {
    expect(() => draftOf({ ...values, code: '企业' })).toThrowError(expect.objectContaining({ errors: [expect.objectContaining({ pointer: '/code' })] }))
    expect(() => draftOf({ ...values, check: '(' })).toThrowError(expect.objectContaining({ errors: [expect.objectContaining({ pointer: '/check' })] }))
  })
  it('in use are not deleted, and the uses are named', () => {
    const told = used(new ApiProblem(409, { code: 'in_use', title: 'x', uses: [{ kind: 'definition', key: 'a', name: '申请表' }, { kind: 'definition', key: 'b' }] }))
    expect(told.title).toContain('2 处在用')
    expect(told.detail).toContain('“申请表”、“b”')
    const other = new ApiProblem(409, { code: 'stale_version', title: 'x' })
    expect(used(other)).toBe(other)
  })
})

describe('the list of all kinds (req: FORM-001)', () => {
  it('leads each kind to its editor and shows a purpose it does not know as it is', () => {
    expect((['form', 'flow', 'rules', 'paper'] as const).map((kind) => editorOf({ kind, id: '7' }))).toEqual(['/design/forms/7', '/design/flows/7', '/design/rules/7', '/design/papers/7'])
    expect([purposeName('approval'), purposeName('notice')]).toEqual(['审批表', 'notice'])
  })
})

describe('a new definition (req: FORM-001, FORM-002)', () => {
  const sent: Record<string, unknown>[] = []
  const answers = () => {
    sent.length = 0
    vi.stubGlobal('fetch', async (request: Request) => {
      sent.push(await request.json() as Record<string, unknown>)
      return new Response(JSON.stringify({ id: 'new', kind: 'form' }), { status: 201, headers: { 'content-type': 'application/json' } })
    })
  }
  afterEach(() => { vi.unstubAllGlobals() })
  const values = { kind: 'form', name: ' 旅馆表 ', purpose: 'application', channels: ['web'], key: 'hotel', template: 'no', copy_of: [], org: [] }

  it('begins from nothing, or from a template and then is of its kind', async () => {
    answers()
    const made = vi.fn()
    await create('', made).run(values, 'key-1')
    await create('', made).run({ ...values, copy_of: [{ value: 'flow:t1', label: '模板' }], org: [{ value: 'o1', label: '局' }] }, 'key-1')
    expect(sent).toEqual([{ kind: 'form', key: 'hotel', name: '旅馆表', purpose: 'application', channels: ['web'], template: false }, { kind: 'flow', key: 'hotel', name: '旅馆表', purpose: 'application', channels: ['web'], template: false, copy_of: 't1', org_id: 'o1' }])
    expect(made).toHaveBeenCalledTimes(2)
  })
  it('has a key that can be an address; anything else is refused at its field', async () => {
    answers()
    await expect(create('form', vi.fn()).run({ ...values, key: 'Hotel!' }, 'key-1')).rejects.toMatchObject({ errors: [{ pointer: '/key' }] })
    expect(sent).toEqual([])
  })
  it('is copied under another name and key, with everything else as it was', async () => {
    answers()
    const one = { id: 'd1', kind: 'form', key: 'hotel', name: '旅馆表', purpose: 'approval', channels: ['kiosk'], template: true } as unknown as Parameters<typeof copy>[0]
    const spec = copy(one, vi.fn())
    expect(spec.fields.map((each) => ('value' in each ? each.value : ''))).toEqual(['旅馆表（副本）', 'hotel-copy'])
    await spec.run({ name: '旅馆表二', key: 'hotel-two' }, 'key-1')
    expect(sent).toEqual([{ kind: 'form', key: 'hotel-two', name: '旅馆表二', purpose: 'approval', channels: ['kiosk'], template: true, copy_of: 'd1' }])
  })
})
