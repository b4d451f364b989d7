import { describe, expect, it } from 'vitest'
import { evaluate, type Form } from '../src/index.ts'
import { readIdNumber, readPhone, readRegion, readUscc } from '../src/codes.ts'

const form: Form = {
  schema: 'tongban-form/1', key: 'shop', title: '店',
  sections: [
    { key: 'a', title: '店', fields: [
      { key: 'kind', type: 'radio', label: '业态', options: [{ value: 'eat', label: '餐饮' }, { value: 'sell', label: '销售' }] },
      { key: 'area', type: 'number', label: '面积', decimals: 2, validate: [{ feel: 'area > 0', message: '面积要大于 0' }] },
      { key: 'kitchen', type: 'number', label: '后厨面积', visibleWhen: 'kind = "eat"', validate: [{ feel: 'area = null or kitchen <= area', message: '后厨不能大于全店' }] },
      { key: 'opening', type: 'date', label: '开业日期', validate: [{ feel: 'opening > today', message: '开业日期要在今天之后' }] },
      { key: 'share', type: 'number', label: '占比', compute: 'kitchen / area' },
      { key: 'phone', type: 'phone', label: '手机号码' },
    ] },
    { key: 'b', title: '代理人', visibleWhen: 'situation.agent = "yes"', fields: [{ key: 'agent', type: 'text', label: '代理人姓名' }] },
    { key: 'c', title: '人员', fields: [{ key: 'people', type: 'table', label: '人员', minRows: 1, fields: [
      { key: 'id', type: 'text', label: '编号', unique: true },
      { key: 'note', type: 'text', label: '说明', visibleWhen: 'id = "x"' },
    ] }] },
  ],
}
const right = { kind: 'eat', area: '98.50', kitchen: 40, opening: '2026-10-20', phone: '13800000000', people: [{ id: 'a' }] }
const run = (data: Record<string, unknown>, agent = 'no') => evaluate(form, { data, today: '2026-09-24', situation: { agent } })

describe('evaluate', () => {
  it('accepts a right form and cleans what is sent', () => {
    const r = run(right)
    expect(r.problems).toEqual([])
    expect(r.data.share).toBeCloseTo(40 / 98.5)
  })
  it('strips hidden values and does not ask for them', () => {
    const r = run({ ...right, kind: 'sell', agent: 'left over' })
    expect(r.visible.has('kitchen')).toBe(false)
    expect(r.data).not.toHaveProperty('kitchen')
    expect(r.data).not.toHaveProperty('agent')
    expect(r.visible.has('agent')).toBe(false)
    expect(r.stripped).toEqual(['/kitchen', '/agent'])
  })
  it('says what to do, at the place', () => {
    const r = run({ ...right, area: '', opening: '2026-9-1', phone: '1380000000', people: [{ id: 'x', note: '' }, { id: 'x', note: 'n' }] }, 'yes')
    expect(r.problems.map(p => [p.pointer, p.message])).toEqual([
      ['/area', '填写面积'],
      ['/opening', '开业日期要写年、月、日，例如 2026-09-24'],
      ['/phone', '手机号码要 11 位，您填了 10 位'],
      ['/agent', '填写代理人姓名'],
      ['/people/0/note', '填写说明'],
      ['/people/1/id', '编号和第 1 行重复了'],
    ])
  })
  it('runs the rules of the form', () => {
    const r = run({ ...right, kitchen: 120, opening: '2026-09-24' })
    expect(r.problems.map(p => p.message)).toEqual(['后厨不能大于全店', '开业日期要在今天之后'])
  })
})

describe('codes', () => {
  it('are read as people write them', () => {
    expect(readIdNumber('身份证号', '1101 0519 4912 3100 2x', '2026-09-24')).toEqual({ text: '11010519491231002X' })
    expect(readUscc('代码', '91350100m000100y43')).toEqual({ text: '91350100M000100Y43' })
    expect(readPhone('电话', '+86 138-0013-8000')).toEqual({ text: '13800138000' })
    expect(readPhone('电话', '02087654321')).toEqual({ text: '020-87654321' })
    expect(readRegion('区划', '440106')).toEqual({ text: '440106000000' })
  })
  it('are refused in words that help', () => {
    expect(readIdNumber('身份证号', '110105194912310021', '2026-09-24')).toEqual({ fault: '身份证号的校验位对不上，可能有一位填错了，请照证件核对' })
    expect(readIdNumber('身份证号', '110105203012310026', '2026-09-24')).toEqual({ fault: '身份证号里的出生日期“20301231”在今天之后，请照证件核对' })
    expect(readPhone('手机号码', '1380013800')).toEqual({ fault: '手机号码要 11 位，您填了 10 位' })
    expect(readPhone('手机号码', '12000138000')).toEqual({ fault: '手机号码以 13 到 19 开头，您填的是 12 开头，请核对' })
    expect(readRegion('区划', '44010')).toEqual({ fault: '选择区划' })
  })
})
