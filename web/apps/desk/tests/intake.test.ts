import { desk } from '@tongban/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { body, chooseOldLicence, entry, findOldLicences, oldLicences, placeOf, resolution, restart, toReceive, wrongAt } from '../src/features/casework/intake/state.ts'

afterEach(() => { restart(); vi.restoreAllMocks() })

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
    const check = vi.spyOn(desk, 'counterCheck').mockImplementation(async (asked) => ({ old_licences: [licence('1'), licence('2')], problems: [], materials: [], questions: [], licence_values: asked.read_licence ? { old_licence_number: `JY${asked.old_licence}` } : null }))
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
    vi.spyOn(desk, 'counterCheck').mockResolvedValue({ old_licences: [{ id: '1', name: '证', number: 'JY1', expires_at: null }], problems: [], materials: [], questions: [], licence_values: {} })
    await findOldLicences()
    expect(entry.oldLicence).toBe('1')
    restart()
    vi.spyOn(desk, 'counterCheck').mockResolvedValue({ old_licences: [], problems: [], materials: [], questions: [], licence_values: null })
    await findOldLicences()
    expect([entry.oldLicence, wrongAt('form')]).toEqual(['', []])
  })
})
