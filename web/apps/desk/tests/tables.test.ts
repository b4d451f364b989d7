import { describe, expect, it } from 'vitest'
import type { TableView } from '@tongban/api'
import { grouped } from '../src/app/tables.ts'
import { asText } from '../src/features/tables/rows/sealed.ts'
import { askedOf, conditionsOf, fen } from '../src/features/tables/rows/fields.ts'
import { partsOf, scheduleOf } from '../src/features/tables/reports/report.ts'
import { startValues } from '../src/parts/dialog.ts'

const form = { schema: 'tongban-form/1', key: 'goods', title: '物资', sections: [{ key: 'main', title: '物资', fields: [
  { key: 'row', type: 'columns', label: '', fields: [{ key: 'name', type: 'text', label: '名称' }, { key: 'kind', type: 'select', label: '类别', options: [{ value: 'a', label: '甲' }] }] },
  { key: 'price', type: 'money', label: '单价' }, { key: 'day', type: 'date', label: '日期' }, { key: 'phone', type: 'phone', label: '电话', pattern: '1.*' }, { key: 'lent', type: 'switch', label: '借出' }] }] }
const view: TableView = { key: 'goods', title: '物资', purpose: '', version: 1, form, role: 'clerk', columns: ['name'], filters: ['kind', 'price', 'day', 'phone', 'lent', 'gone'], sortable: ['name', 'price'], sealed: ['phone'], order: null, rights: ['see'], source: null }

describe('the list of a table', () => {
  // req: FORM-033
  it('asks for each field in its own way', () => {
    expect(conditionsOf(view).map((each) => `${each.key} ${each.kind}`)).toEqual(['q search', 'is.kind select', 'from.price search', 'to.price search', 'from.day date', 'to.day date', 'is.phone search', 'is.lent select', 'sort select'])
    expect(conditionsOf(view).find((each) => each.key === 'is.lent')?.options).toHaveLength(2)
  })
  // req: FORM-033
  it('turns answers into conditions, yuan into fen, and leaves strangers out', () => {
    expect(askedOf(view, { q: '纸', 'is.kind': 'a', 'from.price': '1,200.5', 'is.nothing': 'x', 'to.day': '', sort: '-price' })).toEqual({ conditions: [{ field: 'kind', op: 'is', value: 'a' }, { field: 'price', op: 'from', value: '120050' }], order: { field: 'price', down: true } })
    expect(fen('abc')).toBe('abc')
  })
  // req: FORM-033
  it('shows a masked value as a text nobody writes, also inside a layout', () => {
    const shown = asText(form as never, ['phone', 'name'])
    expect(shown.sections[0]!.fields[3]).toEqual({ key: 'phone', type: 'text', label: '电话', required: false, readOnly: true })
    expect(shown.sections[0]!.fields[0]!.fields![0]).toMatchObject({ key: 'name', readOnly: true })
    expect(shown.sections[0]!.fields[0]!.fields![1]).toMatchObject({ key: 'kind', type: 'select' })
  })
  // req: FORM-033
  it('stands below its heading in the navigation', () => {
    const entry = (key: string, group: string) => ({ key, title: key, group })
    expect(grouped([entry('a', ''), entry('b', '大厅管理'), entry('c', '')], '业务表').map((group) => [group.title, group.entries.length])).toEqual([['业务表', 2], ['大厅管理', 1]])
  })
})

describe('a report', () => {
  // req: FORM-034
  it('offers no sealed field and keeps what was chosen', () => {
    const parts = partsOf(view)
    const fields = parts.fields(null)
    expect(JSON.stringify(fields)).not.toContain('phone')
    const values = { ...startValues(fields), group: 'day', by: 'month', group2: 'kind', measures: ['count', 'sum:price'], period: 'day', span: 'this_year', only: 'lent', 'only.lent': 'true', chart: 'columns' }
    const report = parts.reportOf(values)
    expect(report).toEqual({ conditions: [{ field: 'lent', op: 'is', value: 'true' }], period: { field: 'day', span: 'this_year' }, groups: [{ field: 'day', by: 'month' }, { field: 'kind', by: 'value' }], measures: [{ of: 'count' }, { of: 'sum', field: 'price' }], chart: 'columns' })
    const again = startValues(parts.fields({ id: '1', title: 'x', own: true, owner_name: '', run_at: null, revision: 1, roles: [], report }))
    expect(parts.reportOf(again)).toEqual(report)
  })
  // req: FORM-034
  it('is made on schedule only when that was chosen', () => {
    expect(scheduleOf({ every: 'none', hour: '8' })).toBeNull()
    expect(scheduleOf({ every: 'week', weekday: '3', hour: '18' })).toEqual({ every: 'week', day: 3, hour: 18 })
    expect(scheduleOf({ every: 'day', hour: '0' })).toEqual({ every: 'day', day: 0, hour: 0 })
  })
})
