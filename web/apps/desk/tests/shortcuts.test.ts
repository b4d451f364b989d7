import { describe, expect, it } from 'vitest'
import { match, type Shortcut } from '../src/app/shortcuts.ts'

const list: Shortcut[] = ['?', 'g h', 'g t', 'n'].map((keys) => ({ keys, label: () => keys, run: () => undefined }))

describe('shortcuts', () => {
  it('answer single keys at once and wait after the first of two', () => {
    expect(match('n', '', list)).toBe(list[3])
    expect(match('g', '', list)).toBe('wait')
    expect(match('t', 'g', list)).toBe(list[2])
  })
  it('forget a first key that leads nowhere', () => {
    expect(match('n', 'g', list)).toBe(list[3])
    expect(match('q', 'g', list)).toBeNull()
  })
})
