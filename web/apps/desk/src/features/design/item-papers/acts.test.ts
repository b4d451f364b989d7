import { describe, expect, it } from 'vitest'
import { contentOf, situationOf } from './acts.ts'

const values = { item_slug: [{ value: 'permit', label: '许可' }], title: ' 申请书 ', paper_key: [{ value: 'print:permit-form', label: '申请书' }], purpose: 'print', moment: 'accepted', handle_item: '', situation: 'agent=yes', seal: 'acceptance', stamp_at: 'window', step: 'x' }

// req: FORM-021
describe('a paper of an item in its dialog', () => {
  it('sends what belongs together only', () => {
    expect(contentOf(values)).toMatchObject({ item_slug: 'permit', title: '申请书', kind: 'print', paper_key: 'permit-form', moment: '', situation: { agent: 'yes' }, seal: 'acceptance', stamp_at: 'window', step: '' })
    expect(contentOf({ ...values, seal: '' })).toMatchObject({ seal: '', stamp_at: '' })
  })
  it('says at the field what a situation looks like', () => {
    expect(situationOf('a=1\n\n b = 2 ')).toEqual({ a: '1', b: '2' })
    expect(() => situationOf('租赁')).toThrow(/问题标识/)
  })
})
