import { describe, expect, it } from 'vitest'
import { kindOf, newRow, readMapping, writeMapping } from './content.ts'

// req: FORM-007
describe('a field mapping on its page', () => {
  it('comes back as it was written', () => {
    const form = { system: '省审批系统', form: 'permit', rows: [
      { ...newRow(), key: 'QYMC', label: '企业名称', required: true, length: '60', from: 'form.name' },
      { ...newRow(), key: 'CSLX', label: '场所', type: 'code' as const, codes: '1、2', from: 'form.kind', translate: 'own=1\nrent=2' },
      { ...newRow(), key: 'BZ', label: '备注' },
    ] }
    const text = writeMapping(form)
    expect(JSON.parse(text)).toMatchObject({ map: [{ to: 'QYMC', from: 'form.name' }, { to: 'CSLX', from: 'form.kind', codes: { own: '1', rent: '2' } }] })
    expect(readMapping(text)).toEqual(form)
  })
  it('begins empty when a draft can not be read', () => {
    expect(readMapping('{')).toEqual({ system: '', form: '', rows: [] })
    expect([kindOf('=1'), kindOf('feel: a > 1'), kindOf('form.a')]).toEqual(['fixed', 'feel', 'source'])
  })
})
