import { describe, expect, it } from 'vitest'
import { deliver } from '../src/features/casework/case/actions.ts'
import { problemsOf, startValues, type DialogField } from '../src/parts/dialog.ts'

const fields: DialogField[] = [
  { kind: 'radio', key: 'way', label: '领取方式', options: [{ value: 'self', label: '自取' }, { value: 'post', label: '邮寄' }] },
  { kind: 'text', key: 'waybill', label: '快递单号', when: (v) => v.way === 'post' },
  { kind: 'reasons', key: 'items', label: '要补的内容', options: [{ value: 'm:a', label: '布局图' }, { value: 'm:b', label: '制度' }] },
  { kind: 'number', key: 'days', label: '期限', min: 1, max: 60, value: 5 },
]

describe('a short form in a dialog', () => {
  it('says what is missing in the order of its fields', () => {
    expect(problemsOf(fields, startValues(fields)).map((problem) => problem.key)).toEqual(['way', 'items'])
  })
  it('asks for a field only while it is shown', () => {
    const values = { ...startValues(fields), way: 'post', items: { 'm:a': '没有标注面积' } }
    expect(problemsOf(fields, values).map((problem) => problem.key)).toEqual(['waybill'])
    expect(problemsOf(fields, { ...values, way: 'self' })).toEqual([])
  })
  it('wants a reason for everything ticked', () => {
    const values = { ...startValues(fields), way: 'self', items: { 'm:a': '没有标注面积', 'm:b': ' ' } }
    expect(problemsOf(fields, values)[0]?.message).toContain('制度')
  })
  it('keeps numbers within their limits', () => {
    const values = { ...startValues(fields), way: 'self', items: { 'm:a': 'x' }, days: 90 }
    expect(problemsOf(fields, values)).toEqual([{ key: 'days', message: '期限不超过 60' }])
  })
})

describe('handing over the result', () => {
  it('asks whoever picks it up for the identity number, and nobody else', () => {
    const { fields } = deliver({ id: 'c', version: 1, delivery: { way: 'self' }, applicant: { name: '王海燕' } } as unknown as Parameters<typeof deliver>[0])
    const missing = (way: string) => problemsOf(fields, { ...startValues(fields), way }).map((problem) => problem.key)
    expect(missing('self')).toEqual(['receiver_id_number'])
    expect(missing('post')).toEqual(['waybill'])
    expect(missing('electronic')).toEqual([])
  })
})
