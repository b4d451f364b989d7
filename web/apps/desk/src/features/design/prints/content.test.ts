import { describe, expect, it } from 'vitest'
import { base64url, fileProblem, readContent, sampleOf, withFile, withSource } from './content.ts'

// req: FORM-019
describe('a print template on its page', () => {
  it('takes Word and PDF files of a bearable size only', () => {
    expect(fileProblem({ name: '申请表.DOCX', size: 10 })).toBeNull()
    expect(fileProblem({ name: '申请表.docm', size: 10 })).toBe('typeBad')
    expect(fileProblem({ name: '申请表.pdf', size: 2_000_000 })).toBe('sizeBad')
  })
  it('keeps the mapping when the file is changed', () => {
    const content = withSource(readContent('{"form":"permit"}'), '姓名', 'form.name')
    const next = withFile(content, '新表.pdf', new Uint8Array([251, 255, 1]))
    expect(next).toMatchObject({ form: 'permit', format: 'pdf', file_name: '新表.pdf', file: '-_8B', map: { 姓名: 'form.name' } })
    expect(withSource(next, '姓名', '').map).toEqual({})
    expect(base64url(new Uint8Array([0]))).toBe('AA')
  })
  it('fills every place of a form with something to look at', () => {
    expect(sampleOf([
      { from: 'form.name', label: '名称', table: false, columns: [] }, { from: 'form.owner.phone', label: '电话', table: false, columns: [] },
      { from: 'form.people', label: '人员', table: true, columns: [{ key: 'who', label: '姓名' }] }, { from: 'case.number', label: '流水号', table: false, columns: [] },
    ])).toEqual({ name: '名称', owner: { phone: '电话' }, people: [{ who: '姓名1' }, { who: '姓名2' }] })
  })
})
