import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { complete } from '../src/feel/complete.ts'
import { FUNCTIONS, type FeelName } from '../src/feel/names.ts'

const names: FeelName[] = [{ name: 'form', label: '表单', entries: [{ name: 'area', label: '经营面积' }, { name: '人数', label: '从业人数' }] }, { name: '申请人', label: '谁申请' }]
const labels = (before: string, asked = false) => complete(before, names, asked)?.suggestions.map((each) => each.label) ?? []

// req: FORM-016
describe('completion in an expression', () => {
  it('offers names, also Chinese ones, after any word before', () => {
    expect(labels('handle_item = "new" and fo')).toContain('form')
    expect(labels('申')).toContain('申请人')
  })
  it('offers the parts of a name after its dot, and only those', () => {
    expect(labels('form.')).toEqual(['area', '人数'])
    expect(labels('form.ar')).toEqual(['area'])
    expect(labels('unknown.')).toEqual([])
  })
  it('finds by the Chinese word too', () => {
    expect(labels('form.面积')).toEqual(['area'])
    expect(complete('合计', names, false)?.suggestions[0]).toMatchObject({ insert: 'sum()', cursor: 4 })
  })
  it('replaces the word that is begun', () => {
    expect(complete('1 + form.ar', names, false)?.from).toBe('1 + form.'.length)
  })
  it('says nothing inside quotes, and nothing unasked where no word is', () => {
    expect(complete('x = "fo', names, true)).toBeNull()
    expect(complete('x = ', names, false)).toBeNull()
    expect(labels('x = ', true)).toContain('form')
  })
  it('offers only functions that the engine has', () => {
    const engine = readFileSync(resolve(import.meta.dirname, '../../../../crates/engines/rule/src/names.rs'), 'utf8')
    const list = /const FUNCTIONS: &\[&str\] = &\[([\s\S]*?)\];/.exec(engine)?.[1] ?? ''
    const known = [...list.matchAll(/"([^"]+)"/g)].map((each) => each[1])
    expect(known.length).toBeGreaterThan(50)
    for (const each of FUNCTIONS) expect(known, each.name).toContain(each.name)
  })
})
