/** What people type at the desk about money, boxes and paper. */
import { describe, expect, it } from 'vitest'
import { fenOf, plain, yuan } from '../src/features/fulfilment/fee/money.ts'
import { piecesOf } from '../src/features/fulfilment/handovers/acts.ts'
import { boxesOf } from '../src/features/fulfilment/shipments/acts.ts'

describe('money (req: CASE-026)', () => {
  it('reads yuan as fen and nothing that is no amount', () => {
    expect([fenOf('80'), fenOf('80.5'), fenOf('1,280.05'), fenOf(' 0 ')]).toEqual([8000, 8050, 128005, 0])
    expect([fenOf(''), fenOf('-1'), fenOf('80.555'), fenOf('八十')]).toEqual([null, null, null, null])
  })
  it('shows fen as people read them', () => {
    expect(yuan(128005)).toBe('1,280.05 元')
    expect(plain(8000)).toBe('80.00')
  })
})

describe('lists typed line by line', () => {
  it('reads boxes and says which line is wrong (req: CASE-030)', () => {
    expect(boxesOf('第 1 箱，2500\n\n第 2 箱,300')).toEqual([{ label: '第 1 箱', weight_g: 2500 }, { label: '第 2 箱', weight_g: 300 }])
    expect(() => boxesOf('第 1 箱，2500\n第 2 箱')).toThrowError(/第 2 行/)
  })
  it('reads pieces of paper (req: CASE-024)', () => {
    expect(piecesOf('营业执照（正本），1\n合同，2 ')).toEqual([{ name: '营业执照（正本）', copies: 1 }, { name: '合同', copies: 2 }])
    expect(() => piecesOf('合同 两份')).toThrowError(/第 1 行/)
  })
})
