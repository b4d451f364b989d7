import { expect, it } from 'vitest'
import { storesOf } from './data-items.ts'

it('offers where a data item may be stored (req: FORM-006)', () => {
  expect(storesOf({ type: 'number', personal: false })).toEqual(['plain', 'sealed', 'form', 'nowhere'])
  expect(storesOf({ type: 'phone', personal: true })).toEqual(['sealed', 'form', 'nowhere'])
  expect(storesOf({ type: 'table', personal: false })).toEqual(['form', 'nowhere'])
})
