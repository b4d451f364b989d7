import { beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { ApiProblem, portal, type CaseDraft } from '@tongban/api'
import { idOf, stepOf, useDraft } from '../src/features/casework/apply/draft.ts'

const draft = (version: number, form: Record<string, unknown> = {}): CaseDraft => ({
  id: 'd', version, item: { slug: 's', name: '事项', version: 1 }, handle_item: { key: 'h', name: '办理项' }, step: 5, conditions: {}, situations: {}, consents: { authorised: false, agreed: false },
  form, prefilled: [], materials: [], delivery: { way: 'electronic', address: null }, old_licences: [], old_licence: null, acting: null, agent: null, applicant_name: '王海燕', steps: [], saved_at: '2026-09-24T07:18:00Z', problems: [], warnings: [], unanswered: [], comparisons: [],
})

describe('problems of the server', () => {
  it('lead to the step and the control that mends them', () => {
    expect([stepOf('/form/managers/0/manager_phone'), idOf('/form/managers/0/manager_phone')]).toEqual([5, 'f-managers-0-manager_phone'])
    expect([stepOf('/materials/m03'), idOf('/materials/m03')]).toEqual([6, 'm-m03'])
    expect([stepOf('/conditions/qualified'), idOf('/conditions/qualified')]).toEqual([1, 'c-qualified'])
    expect([stepOf('/consents/agreed'), idOf('/consents/agreed')]).toEqual([4, 'agreed'])
    expect([stepOf('/form'), idOf('/form')]).toEqual([5, 'step-title'])
    expect([stepOf('/delivery/address/phone'), idOf('/delivery/address/phone')]).toEqual([7, 'f-phone'])
  })
})

describe('saving a draft', () => {
  beforeEach(() => {
    vi.restoreAllMocks()
    vi.spyOn(portal, 'draft').mockResolvedValue(draft(1))
    vi.spyOn(portal, 'guide').mockResolvedValue({} as never)
    vi.spyOn(portal, 'form').mockResolvedValue({} as never)
  })
  const open = async () => {
    const store = effectScope().run(() => useDraft('d'))
    if (!store) throw new Error('no store')
    await store.load()
    return store
  }

  it('goes one after another, each with the version before it', async () => {
    const versions: number[] = []
    vi.spyOn(portal, 'saveDraft').mockImplementation(async (_id, body) => {
      versions.push(body.version)
      await new Promise(r => setTimeout(r, 5))
      return draft(body.version + 1)
    })
    const store = await open()
    expect(await Promise.all([store.save({ form: { a: 1 } }), store.save({ step: 6 }), store.save({})])).toEqual([true, true, true])
    expect(versions).toEqual([1, 2, 3])
  })
  it('takes the newer content when the draft was changed elsewhere', async () => {
    const store = await open()
    vi.spyOn(portal, 'saveDraft').mockRejectedValue(new ApiProblem(409, { code: 'stale_version', title: '别处改过' }))
    vi.mocked(portal.draft).mockResolvedValue(draft(7, { area: '98' }))
    expect(await store.save({ form: {} })).toBe(false)
    expect(store.state.stale).toBe(true)
    expect(store.draft.value?.version).toBe(7)
  })
  it('keeps what was typed when the line is lost, and the next save works', async () => {
    const store = await open()
    const save = vi.spyOn(portal, 'saveDraft').mockRejectedValueOnce(new ApiProblem(0, {})).mockResolvedValue(draft(2))
    expect(await store.save({ form: { a: 1 } })).toBe(false)
    expect(store.state.failed).toContain('网络断了')
    expect(await store.save({ form: { a: 1 } })).toBe(true)
    expect(store.state.failed).toBeNull()
    expect(save).toHaveBeenCalledTimes(2)
  })
})
