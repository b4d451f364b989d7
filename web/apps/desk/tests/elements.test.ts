import { describe, expect, it } from 'vitest'
import { emptyRow, groups, idOf, placeOf } from '../src/features/catalogue/editor/elements.ts'

const all = groups()
const row = (n: number) => `第 ${n} 项`

describe('elements of an item', () => {
  it('are named down to the row and the field', () => {
    expect(placeOf(all, '/materials/2/review_points/0/text', row)).toEqual({ group: 'materials', name: '申请材料 第 3 项 审查要点 第 1 项 要点' })
    expect(placeOf(all, '/content/promise_limit/value', row)).toEqual({ group: 'limits', name: '承诺办结时限' })
  })
  it('have every label and code in the message file', () => {
    const walk = (list: typeof all[number]['elements']): string[] => list.flatMap((each) => [each.label, ...(each.options ?? []).map((option) => option.label), ...walk(each.fields ?? [])])
    for (const group of all) for (const label of walk(group.elements)) expect(label).toBeTruthy()
  })
  it('begin a new row with its lists and parts in place', () => {
    const materials = all.find((group) => group.key === 'materials')?.elements[0]
    expect(materials && emptyRow(materials)).toMatchObject({ name: '', review_points: [], file_types: [], generated: false })
  })
  it('have one control id per pointer', () => {
    expect(idOf('/materials/2/name')).toBe('e-materials-2-name')
  })
})
