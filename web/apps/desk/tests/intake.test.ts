import { afterEach, describe, expect, it } from 'vitest'
import { body, entry, placeOf, resolution, restart, toReceive, wrongAt } from '../src/features/casework/intake/state.ts'

afterEach(restart)

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
})
