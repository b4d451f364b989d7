import { describe, expect, it } from 'vitest'
import { base64url, bytesOf, fileProblem, moved, placed, readContent, sampleOf, withFile, withSource } from './content.ts'

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
  it('moves a place by arrow keys and by dragging, to a tenth of a millimetre and never off the page', () => {
    const page = { width: 210, height: 297 }
    expect([moved('ArrowLeft', false), moved('ArrowDown', true), moved('Enter', false)]).toEqual([[-1, 0], [0, 10], null])
    expect(placed({ x: 30, y: 30 }, [0.123, -1.06], page)).toEqual({ x: 30.1, y: 28.9 })
    expect(placed({ x: 5, y: 290 }, [-10, 10], page)).toEqual({ x: 0, y: 297 })
    expect([...bytesOf(base64url(new Uint8Array([251, 255, 1])))]).toEqual([251, 255, 1])
  })
})
