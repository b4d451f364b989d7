import { desk } from '@tongban/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { askRules, body, chooseOldLicence, entry, fillFromSources, findOldLicences, identified, oldLicences, placeOf, prefilled, resolution, restart, toReceive, unanswered, warnings, wrongAt } from '../src/features/casework/intake/state.ts'

afterEach(() => { restart(); vi.restoreAllMocks() })

const nothing = { problems: [], warnings: [], filled: [], unanswered: [], materials: [], questions: [] }
const material = (key: string, more = {}) => ({ key, name: key, needed: true, because: null, necessity: '1' as const, exempt: false, generated: false, ...more })
function resolved(materials: ReturnType<typeof material>[]) {
  resolution.value = { questions: [], answered: true, stops: [], materials, unmet: [], counts: { needed: 0, prepare: 0, generated: 0, exempt: 0 } }
}

describe('counter intake', () => {
  it('asks an enterprise for its code and a person for the identity number', () => {
    entry.applicant.kind = 'enterprise'
    expect(wrongAt('applicant').map((wrong) => wrong.id)).toEqual(['in-name', 'in-uscc', 'in-legal', 'in-phone'])
    entry.applicant.kind = 'person'
    expect(wrongAt('applicant').map((wrong) => wrong.id)).toEqual(['in-name', 'in-id', 'in-phone'])
  })
  it('says how many places a code has and how many it needs', () => {
    Object.assign(entry.applicant, { name: '王海燕', id_number: '44010119900101123', phone: '13800000000' })
    expect(wrongAt('applicant')).toEqual([{ id: 'in-id', message: '身份证号码要 18 位，现在是 17 位' }])
  })
  it('receives what is needed and not made by the platform; a licence is taken from the store', () => {
    resolved([material('a', { generated: true }), material('b', { exempt: true }), material('c'), material('d', { needed: false }), material('e', { necessity: '3' })])
    expect(toReceive.value.map((m) => m.key)).toEqual(['b', 'c', 'e'])
    expect(wrongAt('materials').map((wrong) => wrong.id)).toEqual(['in-m-c'])
    expect(body().materials).toEqual({ b: { handing: 'licence', files: [] } })
  })
  it('leads a server problem to its step', () => {
    expect(placeOf('/form/managers/0/name')).toEqual({ step: 'form', id: 'f-managers-0-name' })
    expect(placeOf('/materials/m03').step).toBe('materials')
    entry.applicant.kind = 'enterprise'
    expect(placeOf('/applicant/id_number')).toEqual({ step: 'applicant', id: 'in-uscc' })
    expect(placeOf('/agent/id_number')).toEqual({ step: 'applicant', id: 'in-agent-id' })
  })
  /** req: LIC-025 */
  it('wants one of several old licences chosen, and fills in what stands on it', async () => {
    const licence = (id: string) => ({ id, name: '食品经营许可证', number: `JY${id}`, expires_at: null })
    const check = vi.spyOn(desk, 'counterCheck').mockImplementation(async (asked) => ({ old_licences: [licence('1'), licence('2')], ...nothing, licence_values: asked.read_licence ? { old_licence_number: `JY${asked.old_licence}` } : null }))
    await findOldLicences()
    expect(oldLicences.value).toHaveLength(2)
    expect(wrongAt('form').map((wrong) => wrong.id)).toEqual(['in-old'])
    expect(placeOf('/old_licence')).toEqual({ step: 'form', id: 'in-old' })
    await chooseOldLicence('2')
    expect(wrongAt('form')).toEqual([])
    expect(entry.form).toEqual({ old_licence_number: 'JY2' })
    expect(body().old_licence).toBe('2')
    expect(check).toHaveBeenCalledTimes(2)
  })
  it('takes the only old licence by itself and asks nothing where there is none', async () => {
    vi.spyOn(desk, 'counterCheck').mockResolvedValue({ old_licences: [{ id: '1', name: '证', number: 'JY1', expires_at: null }], ...nothing, licence_values: {} })
    await findOldLicences()
    expect(entry.oldLicence).toBe('1')
    restart()
    vi.spyOn(desk, 'counterCheck').mockResolvedValue({ old_licences: [], ...nothing, licence_values: null })
    await findOldLicences()
    expect([entry.oldLicence, wrongAt('form')]).toEqual(['', []])
  })
  /** req: FORM-014 */
  it('fills what is still empty for whoever was identified, once, and keeps where it came from', async () => {
    const check = vi.spyOn(desk, 'counterCheck').mockResolvedValue({ ...nothing, old_licences: [], licence_values: null, unanswered: ['数据共享（人口信息）'], filled: [{ key: 'address', value: '和平路 16 号', source: '身份证读卡' }, { key: 'name', value: '别人', source: '以前的办件' }] })
    await fillFromSources()
    expect(check, 'nobody was identified').not.toHaveBeenCalled()
    identified.value = { id: 'i1' } as never
    entry.form = { name: '王海燕' }
    await fillFromSources()
    await fillFromSources()
    expect(check).toHaveBeenCalledTimes(1)
    expect(check.mock.calls[0]?.[0]).toMatchObject({ fill: true })
    expect(entry.form).toEqual({ name: '王海燕', address: '和平路 16 号' })
    expect(prefilled.value).toEqual([{ key: 'address', locked: false, source: '身份证读卡' }])
    expect(unanswered.value).toEqual(['数据共享（人口信息）'])
  })
  /** req: FORM-016 */
  it('asks the server for the rules of the form: what stops leads back, what warns is shown', async () => {
    const rule = (message: string) => ({ pointer: '/form/area', code: 'rule', message, step: 5 })
    vi.spyOn(desk, 'counterCheck').mockResolvedValue({ ...nothing, old_licences: [], licence_values: null, problems: [rule('太大了'), { pointer: '/materials/m1', code: 'material_missing', message: '上传', step: 6 }], warnings: [rule('请留意'), { ...rule('表单自己的'), code: 'warn' }] })
    expect((await askRules()).map((each) => each.message)).toEqual(['太大了'])
    expect(warnings.value.map((each) => each.message)).toEqual(['请留意'])
  })
})
