import type { FormDataItem, FormDataView } from '@tongban/api'
import { describe, expect, it } from 'vitest'
import { begin, changes, isMasked } from './correction.ts'
import { askedOf, columnsOf, conditionsOf } from './query.ts'

const item = (field: string, text: string, personal = false): FormDataItem => ({ field, label: field, type: 'text', code: field, name: field, store: 'form', personal, text, correctable: true })
const schema = { schema: 'tongban-form/1', key: 'f', title: '表', sections: [{ key: 'a', title: '一', fields: [
  { key: 'area', type: 'number', label: '面积' }, { key: 'phone', type: 'phone', label: '电话' }, { key: 'note', type: 'text', label: '备注', required: false },
] }] }
const view = { form: { schema, data: { area: 98.5, phone: '199****0001' } }, items: [item('area', '98.5'), item('phone', '199****0001', true), item('note', '')] } as unknown as FormDataView

describe('filled-in data (req: FORM-006)', () => {
  it('asks for a data item only with its form and a value', () => {
    expect(askedOf({ form: '', item: 'food', q: '', from: '', to: '', code: 'area', value: '98' })).toEqual({ item: 'food' })
    expect(askedOf({ form: 'f', item: '', q: '', from: '2026-09-01', to: '', code: 'area', value: '' })).toEqual({ form: 'f', from: '2026-09-01' })
    expect(askedOf({ form: 'f', item: '', q: '', from: '', to: '', code: 'area', value: '98' })).toEqual({ form: 'f', code: 'area', value: '98' })
  })

  it('offers data items once a form has some, and shows them as columns', () => {
    expect(conditionsOf([], [], []).map((each) => each.key)).toEqual(['form', 'item', 'q', 'from', 'to'])
    expect(conditionsOf([], [], [], true).map((each) => each.key)).toContain('code')
    const found = [{ code: 'area', name: '面积', store: 'plain' as const }]
    expect(conditionsOf([], [], found).map((each) => each.key)).toContain('value')
    expect(columnsOf(found).map((each) => each.label)).toContain('面积')
    expect(columnsOf([]).map((each) => each.key)).toContain('form')
  })

  it('begins a masked field empty and counts it once something is written', () => {
    expect(isMasked(view.items[1]!)).toBe(true)
    const start = begin(view, ['area', 'phone'])
    expect(start.data).toEqual({ area: 98.5 })
    expect(changes(view, ['area', 'phone'], start.data)).toEqual({})
    expect(changes(view, ['area', 'phone'], { area: 100, phone: '19900000009' })).toEqual({ area: 100, phone: '19900000009' })
    expect(changes(view, ['area'], {})).toEqual({ area: null })
  })
})
