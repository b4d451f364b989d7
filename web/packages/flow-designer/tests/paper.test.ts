import { describe, expect, it } from 'vitest'
import { insertOf, lineIn, sampleLines, unknownFields, usedPaths } from '../src/paper/placeholders.ts'
import { dataOf } from '../src/model/values.ts'

// req: FORM-019
describe('placeholders of a paper', () => {
  it('end before a Chinese letter that follows', () => {
    expect(`地址${insertOf({ path: 'form.address', label: '地址', kind: 'text' })}的`).toBe('地址#data.form.address;的')
    expect(insertOf({ path: 'case.accepted_on', label: '受理日期', kind: 'date' })).toBe('#cn-date(data.case.accepted_on)')
  })
  it('are found in a template with their first line, remarks aside', () => {
    expect(usedPaths('#data.case.item;\n// #data.form.gone\n见 https://x.cn#data.form.area; 和 #cn-date(data.case.item)')).toEqual([{ path: 'case.item', line: 1 }, { path: 'form.area', line: 3 }])
  })
  it('of fields that the form does not have are named', () => {
    expect(unknownFields('#data.form.area;#data.form.人数;\n#data.case.any;', ['area'])).toEqual([{ path: 'form.人数', line: 1 }])
  })
  it('fill the preview with their own names', () => {
    const lines = sampleLines([{ title: '', items: [{ path: 'form.area', label: '面积', kind: 'text' }, { path: 'date', label: '日期', kind: 'date' }] }], '2026-11-26')
    expect(dataOf(lines)).toEqual({ form: { area: '“面积”' }, date: '2026-11-26' })
  })
  it('lead to the line a message names', () => {
    expect(lineIn('第 12 行：没有这个函数')).toBe(12)
    expect(lineIn('模板是空的')).toBeNull()
  })
})
