import { describe, expect, it } from 'vitest'
import type { Identified } from '@tongban/api'
import { fillFrom, type Fillable } from '../src/features/recognition/identify/fill.ts'

const fresh = (): Fillable => ({ applicant: { kind: 'person', name: '', id_number: '', uscc: '', phone: '', legal_person: '' }, byAgent: 'no', agent: { name: '', id_number: '', phone: '' } })
const seen = (more: Partial<Identified> = {}): Identified => ({
  id: '1', way: 'id_card', way_label: '读身份证', purpose: 'intake', photo: null, expires_at: '2026-09-21T02:00:00Z', enterprise: null, authorised: [], represents: [],
  person: { name: '王海燕', id_number: '449902198803120267', phone: '', sex: '女', nation: '汉族', birth: '1988-03-12', address: '和平路 16 号', valid_until: '长期' }, ...more,
})
const kitchen = (standing: 'legal_representative' | 'granted') => ({ name: '海燕小厨', uscc: '92449902MA9900KX9E', legal_person: '王海燕', address: '', standing, standing_label: '' })

describe('somebody identified at the counter', () => {
  /** req: IDENT-015 */
  it('is the applicant, and a phone typed before stays', () => {
    const entry = fresh()
    entry.applicant.phone = '19900000001'
    fillFrom(seen(), entry)
    expect(entry.applicant).toMatchObject({ name: '王海燕', id_number: '449902198803120267', phone: '19900000001' })
    expect(entry.byAgent).toBe('no')
  })
  /** req: IDENT-014 */
  it('speaks for the enterprise of the code: in person when he leads it, as its agent otherwise', () => {
    const entry = fresh()
    fillFrom(seen({ enterprise: kitchen('legal_representative') }), entry)
    expect(entry.applicant).toMatchObject({ kind: 'enterprise', name: '海燕小厨', uscc: '92449902MA9900KX9E', legal_person: '王海燕' })
    expect(entry.byAgent).toBe('no')
    const other = { ...seen({ enterprise: kitchen('granted') }), person: { ...seen().person, name: '李明', id_number: '449902198506170153' } }
    fillFrom(other, entry)
    expect([entry.byAgent, entry.agent.name]).toEqual(['yes', '李明'])
  })
  /** req: IDENT-015 */
  it('is the agent when a card is read for an enterprise that somebody else leads', () => {
    const entry = fresh()
    Object.assign(entry.applicant, { kind: 'enterprise', name: '先达', legal_person: '赵磊' })
    fillFrom(seen(), entry)
    expect([entry.applicant.name, entry.byAgent, entry.agent.id_number]).toEqual(['先达', 'yes', '449902198803120267'])
  })
})
