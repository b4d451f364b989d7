import { describe, expect, it } from 'vitest'
import { evaluate, type Form } from '../src/index.ts'
import { idNumberFault, phoneFault, usccFault } from '../src/codes.ts'

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
    { key: 'c', title: '人员', fields: [{ key: 'people', type: 'table', label: '人员', minRows: 1, unique: 'id', fields: [
      { key: 'id', type: 'text', label: '编号' },
      { key: 'note', type: 'text', label: '说明', visibleWhen: 'id = "x"' },
    ] }] },
  ],
}
const right = { kind: 'eat', area: '98.50', kitchen: 40, opening: '2026-10-20', phone: '138 0000 0000', people: [{ id: 'a' }] }
const run = (data: Record<string, unknown>, agent = 'no') => evaluate(form, { data, today: '2026-09-24', situation: { agent } })

describe('evaluate', () => {
  it('accepts a right form and cleans what is sent', () => {
    const r = run(right)
    expect(r.problems).toEqual([])
    expect(r.data.phone).toBe('13800000000')
    expect(r.data.share).toBeCloseTo(40 / 98.5)
  })
  it('strips hidden values and does not ask for them', () => {
    const r = run({ ...right, kind: 'sell', agent: 'left over' })
    expect(r.fields['/form/kitchen']?.visible).toBe(false)
    expect(r.data).not.toHaveProperty('kitchen')
    expect(r.data).not.toHaveProperty('agent')
    expect(r.sections.b).toBe(false)
  })
  it('says what to do, at the place', () => {
    const r = run({ ...right, area: '', opening: '2026-9-1', phone: '1380000000', people: [{ id: 'x', note: '' }, { id: 'x', note: 'n' }] }, 'yes')
    expect(r.problems.map(p => [p.pointer, p.message])).toEqual([
      ['/form/area', '填写面积'],
      ['/form/opening', '开业日期要写年、月、日，例如 2026-09-24'],
      ['/form/phone', '手机号码要 11 位，您填了 10 位'],
      ['/form/agent', '填写代理人姓名'],
      ['/form/people/0/note', '填写说明'],
      ['/form/people/1/id', '编号和第 1 条重复了'],
    ])
  })
  it('runs the rules of the form', () => {
    const r = run({ ...right, kitchen: 120, opening: '2026-09-24' })
    expect(r.problems.map(p => p.message)).toEqual(['后厨不能大于全店', '开业日期要在今天之后'])
  })
})

describe('codes', () => {
  it('says which digit is wrong', () => {
    const id = (text: string) => idNumberFault('身份证号', text, '2026-09-24')
    expect(id('11010519491231002X')).toBeNull()
    expect(id('110105194912310021')).toBe('身份证号最后一位对不上，请对照证件核对')
    expect(id('110105194913310024')).toBe('身份证号里的出生日期不对，请对照证件核对')
    expect(usccFault('代码', '91350100M000100Y43')).toBeNull()
    expect(usccFault('代码', '91350100M000100Y44')).toBe('代码最后一位对不上，请对照营业执照核对')
  })
  it('takes mobile and fixed numbers', () => {
    expect(phoneFault('电话', '13800138000')).toBeNull()
    expect(phoneFault('电话', '020-83000000')).toBeNull()
    expect(phoneFault('电话', '1380013800')).toBe('电话要 11 位，您填了 10 位')
    expect(phoneFault('电话', '10800138000')).toBe('电话的开头不对，请核对')
  })
})
