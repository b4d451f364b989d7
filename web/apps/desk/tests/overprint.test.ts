import { expect, test } from 'vitest'
import { millimetres, tenths } from '../src/features/licences/overprint/offset.ts'

/** req: LIC-028 */
test('an offset is written in millimetres and kept in tenths', () => {
  expect(['0', '', '1.2', '-0.5', '－3', '30'].map(tenths)).toEqual([0, 0, 12, -5, -30, 300])
  expect(['30.1', '-31', '1.25', 'x', '100'].map(tenths)).toEqual([null, null, null, null, null])
  expect([12, -5, 300].map(millimetres)).toEqual(['1.2', '-0.5', '30'])
})
