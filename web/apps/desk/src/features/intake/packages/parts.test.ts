import type { FileRef, ResolvedMaterial } from '@tongban/api'
import type { Form, FormField } from '@tongban/form-runtime'
import { describe, expect, it } from 'vitest'
import type { Handed, ItemPart } from '../../casework/intake/state.ts'
import { application, carried, placeIn, stillSame, takenOver, type Earlier } from './parts.ts'

const material = (key: string, name: string, more: Partial<ResolvedMaterial> = {}) => ({ key, name, needed: true, because: null, necessity: '1', exempt: false, generated: false, ...more }) as ResolvedMaterial
const file = (id: string) => ({ id }) as FileRef
const handed = (handing: Handed['handing'], ...files: string[]): Handed => ({ handing, copies: 1, files: files.map(file) })
const field = (key: string, label: string, more: Partial<FormField> = {}): FormField => ({ key, label, type: 'text', ...more })
const form = (...fields: FormField[]): Form => ({ schema: 'tongban-form/1', key: 'f', title: '表', sections: [{ key: 's', title: '一', fields }] })

function part(slug: string, { materials = [], given = {}, asks, values = {}, ...entry }: { materials?: ResolvedMaterial[]; given?: Record<string, Handed>; asks?: Form; values?: Record<string, unknown> } & Partial<ItemPart['entry']> = {}): ItemPart {
  return {
    entry: { slug, handleItem: 'h1', situations: {}, form: values, handed: given, oldLicence: '', area: '', ...entry },
    guide: null, cityWide: null, form: asks ?? null, oldLicences: [], prefilled: [], unanswered: [], warnings: [], filledFor: '',
    resolution: { questions: [], answered: true, stops: [], materials, unmet: [], counts: { needed: 0, prepare: 0, generated: 0, exempt: 0 } },
  }
}
const before = (name: string, of: ItemPart): Earlier => ({ name, part: of })

/** req: CASE-004 */
describe('papers handed in for an earlier item of the package', () => {
  const earlier = [before('高龄津贴', part('a', { materials: [material('m1', '居民身份证'), material('m2', '照片'), material('m3', '证明', { necessity: '3' })], given: { m1: handed('paper'), m2: handed('scan', 'f1'), m3: handed('later') } }))]
  it('serve the next one under their name, as they were handed in', () => {
    const found = takenOver([material('x1', '居民身份证'), material('x2', '照片'), material('x3', '户口簿')], {}, earlier)
    expect(Object.fromEntries(Object.entries(found).map(([key, one]) => [key, one.handed.handing]))).toEqual({ x1: 'paper', x2: 'scan' })
    expect(found.x2?.handed.files).toEqual([{ id: 'f1' }])
    expect(found.x1?.from).toBe('高龄津贴')
    found.x2?.handed.files.push(file('f2'))
    expect(earlier[0]?.part.entry.handed.m2?.files, 'a scan added to the next item does not join the earlier one').toHaveLength(1)
  })
  it('leave alone what was said already, what is taken from the store, and what may not come later', () => {
    expect(takenOver([material('x1', '居民身份证')], { x1: handed('scan') }, earlier)).toEqual({})
    expect(takenOver([material('x1', '居民身份证', { exempt: true }), material('x3', '证明')], {}, earlier)).toEqual({})
    expect(takenOver([material('x3', '证明', { necessity: '3' })], {}, earlier).x3?.handed.handing).toBe('later')
  })
  it('are called the same paper only while they are', () => {
    const materials = [material('x1', '居民身份证'), material('x2', '照片')]
    const taken = { x1: '高龄津贴', x2: '高龄津贴' }
    expect(stillSame(taken, materials, { x1: handed('paper'), x2: handed('scan', 'f1') }, earlier)).toEqual(taken)
    expect(stillSame(taken, materials, { x1: handed('scan', 'f9'), x2: handed('scan', 'f1', 'f2') }, earlier)).toEqual({})
    expect(stillSame({}, materials, { x1: handed('paper') }, earlier), 'not taken over').toEqual({})
  })
})

/** req: CASE-004 */
describe('fields filled in for an earlier item of the package', () => {
  const earlier = [before('高龄津贴', part('a', { asks: form(field('bank', '开户银行'), field('no', '银行账号'), field('sex', '性别', { type: 'radio', options: [{ value: '1', label: '男' }, { value: '9', label: '未说明' }] }), field('n1', '姓名'), field('n2', '姓名')), values: { bank: '建设银行', no: '', sex: '9', n1: '叶建国', n2: '叶小明' } }))]
  it('are offered where label and type are the same and nothing stands yet', () => {
    expect(carried(form(field('b', '开户银行'), field('c', '银行账号'), field('d', '开户银行', { type: 'number' })), {}, earlier)).toEqual([{ key: 'b', value: '建设银行', from: '高龄津贴' }])
    expect(carried(form(field('b', '开户银行')), { b: '农业银行' }, earlier)).toEqual([])
  })
  it('never reach what is locked, computed, signed or not offered there', () => {
    const fields = [{ locked: true }, { readOnly: true }, { compute: '1' }, { type: 'signature' as const }].map((more) => carried(form(field('b', '开户银行', more)), {}, earlier))
    expect(fields).toEqual([[], [], [], []])
    expect(carried(form(field('s', '性别', { type: 'radio', options: [{ value: '1', label: '男' }] })), {}, earlier)).toEqual([])
    expect(carried(form(field('s', '性别', { type: 'radio', options: [{ value: '9', label: '未说明' }] })), {}, earlier)).toHaveLength(1)
    expect(carried(form(field('s', '性别', { type: 'radio', options: [{ value: '9', label: '其他' }] })), {}, earlier)).toEqual([])
  })
  it('are affirmed for each item anew', () => {
    const affirm = field('ok', '请您确认', { type: 'checkboxes', options: [{ value: 'yes', label: '填写的内容真实' }] })
    const before1 = [before('高龄津贴', part('a', { asks: form(affirm), values: { ok: ['yes'] } }))]
    expect(carried(form(affirm), {}, before1)).toEqual([])
  })
  it('stay where two fields of a form have one label: it is not said whose name it is', () => {
    expect(carried(form(field('n', '姓名')), {}, earlier)).toEqual([])
  })
})

/** req: CASE-004 */
describe('a problem of the whole package', () => {
  it('leads to the item, its step and its control', () => {
    const slugs = ['a', 'b']
    expect(placeIn('/items/1/form/rows/0/name', slugs, false)).toEqual({ stage: 'b', step: 'form', id: 'f-rows-0-name', inner: '/form/rows/0/name' })
    expect(placeIn('/items/0/materials/m02', slugs, false)).toMatchObject({ stage: 'a', step: 'materials', id: 'in-m-m02' })
    expect(placeIn('/items/0/handle_item', slugs, false)).toMatchObject({ stage: 'a', step: 'item', id: 'in-handle' })
    expect(placeIn('/items/1/area', slugs, false)).toMatchObject({ stage: 'b', step: 'item', id: 'in-area' })
    expect(placeIn('/items/7/form/x', slugs, false)).toMatchObject({ stage: 'package' })
  })
  it('leads to the people, the collection, the choice or the number above', () => {
    expect(placeIn('/applicant/phone', [], false)).toMatchObject({ stage: 'applicant', id: 'in-phone' })
    expect(placeIn('/collect', [], false)).toMatchObject({ stage: 'delivery', id: 'pk-collect' })
    expect(placeIn('/items', [], false)).toMatchObject({ stage: 'package', id: 'pk-items' })
    expect(placeIn('/ticket', [], false)).toMatchObject({ stage: '', id: 'in-ticket' })
    expect(placeIn('/items/1/delivery/address', ['a', 'b'], false)).toMatchObject({ stage: 'delivery', id: 'in-way' })
    expect(placeIn('/items/1/delivery/address', ['a', 'b'], true)).toMatchObject({ stage: 'delivery', id: 'pk-1-way' })
  })
})

/** req: CASE-029 */
describe('what is sent', () => {
  it('names the people once and gives each certificate its own way', () => {
    const people = { applicant: { kind: 'person', name: '叶建国', id_number: '1', phone: '2', legal_person: null }, agent: null, identification: null, ticket: 't1' }
    const address = { name: '叶建国', phone: '2', region: '', address: '和平路 16 号' }
    const sent = application('fzky', people, 'together', [
      { part: part('a', { materials: [material('m1', '照片'), material('m2', '表', { generated: true })], given: { m1: handed('scan', 'f1'), m2: handed('paper') } }), delivery: { way: 'self', address } },
      { part: part('b', { oldLicence: 'l1', area: '449902' }), delivery: { way: 'post', address } },
    ])
    expect(sent).toMatchObject({ package: 'fzky', collect: 'together', ticket: 't1', applicant: { name: '叶建国' } })
    expect(sent.items.map((each) => each.delivery)).toEqual([{ way: 'self' }, { way: 'post', address }])
    expect(sent.items[0]?.materials, 'what the platform makes is not handed in').toEqual({ m1: { handing: 'scan', files: ['f1'] } })
    expect(sent.items[1]).toMatchObject({ old_licence: 'l1', area: '449902' })
    expect(sent.items[0]).not.toHaveProperty('applicant')
  })
})
