import { describe, expect, it } from 'vitest'
import { sizeText } from '../src/features/archive/sets/download.ts'
import { faults, guess, valuesOf, valuesText } from '../src/features/archive/legacy/mapping.ts'

const LABELS = { org: '办理部门', result: '办理结果' }

describe('the mapping of earlier cases (req: CASE-044)', () => {
  it('guesses each field once, a kept choice first', () => {
    const columns = ['流水号', '事项名称', '办理部门', '申请人', '申请日期', '经办科室', '联系手机']
    expect(guess(columns)).toEqual({ 流水号: 'source_number', 事项名称: 'item_name', 办理部门: 'org', 申请人: 'applicant_name', 申请日期: 'submitted_at', 经办科室: '', 联系手机: 'phone' })
    expect(guess(['经办科室', '办理部门'], { 经办科室: 'org' })).toEqual({ 经办科室: 'org', 办理部门: '' })
  })
  it('names what is missing and what two columns claim', () => {
    expect(faults({ a: 'source_number', b: 'item_name', c: 'org', d: 'org', e: '' })).toEqual({ missing: ['applicant_name', 'submitted_at'], twice: ['org'] })
  })
  it('reads values one a line, and tells the line that can not be read', () => {
    const text = '办理部门：原食药监局=qscj\n\nresult:同意=granted'
    expect(valuesOf(text, LABELS)).toEqual({ org: { 原食药监局: 'qscj' }, result: { 同意: 'granted' } })
    expect(valuesOf('办理部门：原食药监局=qscj\n没有的项目：甲=乙', LABELS)).toBe(2)
    expect(valuesOf('办理部门 原食药监局', LABELS)).toBe(1)
    expect(valuesText({ org: { 原食药监局: 'qscj' } }, LABELS)).toBe('办理部门：原食药监局=qscj')
  })
})

describe('sizes', () => {
  it('are said as people say them', () => {
    expect([sizeText(10), sizeText(2_048), sizeText(3 * 1_048_576)]).toEqual(['1 KB', '2 KB', '3.0 MB'])
  })
})
