import { describe, expect, it } from 'vitest'
import { chipsFor, readFrom, writeTo, type Condition } from '../src/parts/listing.ts'

const conditions: Condition[] = [
  { key: 'q', label: '姓名', kind: 'search' },
  { key: 'state', label: '状态', kind: 'select', options: [{ value: 'active', label: '在用' }] },
  { key: 'from', label: '从', kind: 'date' },
]

describe('the conditions of a list', () => {
  it('are read from the address, whatever else stands there', () => {
    expect(readFrom({ q: '陈', view: 'list', state: ['a'] }, conditions)).toEqual({ q: '陈', state: '', from: '' })
  })
  it('go back without the page, keep what is not theirs and leave out what is not set', () => {
    expect(writeTo({ view: 'list', page: '3', cursor: 'x', q: '旧' }, { q: ' 陈 ', state: '', from: '' })).toEqual({ view: 'list', q: '陈' })
  })
  it('are said as chips: a word in marks, a choice by its label, a day as a day', () => {
    const chips = chipsFor({ q: '陈', state: 'active', from: '2020-09-01' }, conditions)
    expect(chips.map((chip) => chip.text)).toEqual(['“陈”', '状态：在用', '从：2020年9月1日'])
  })
})
