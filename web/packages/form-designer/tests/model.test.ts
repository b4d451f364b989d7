import { describe, expect, it } from 'vitest'
import { mayHold, offered, type NodeType } from '../src/describe/index.ts'
import {
  adopted, below, compose, copied, docOf, extract, fieldOf, fits, formOf, fresh, freeKey, hints, insert, jsonOf, keyOf, move, namesUsed, node, nodeAt, pasted, placeAfter, placesFor, pointerOf, read, referencesTo,
  remove, rename, retype, sayPlace, scopeOf, sharedIn, textOf, tops, treeOf, treesOf, type Doc, type NodeId,
} from '../src/model/index.ts'
import { permit } from './sample.ts'

const open = () => docOf(permit())
const by = (doc: Doc, key: string, scope?: string): NodeId => {
  const found = [...below(doc, doc.root)].find((each) => keyOf(each) === key && (scope === undefined || keyOf(node(doc, scopeOf(doc, each.id))) === scope))
  if (!found) throw new Error(`no ${key}`)
  return found.id
}
const at = (doc: Doc, key: string) => node(doc, by(doc, key)).props as Record<string, never>

describe('a form opened and written again (req: FORM-010)', () => {
  it('is the same form, with members this designer does not know', () => {
    expect(formOf(open())).toEqual(permit())
    expect(JSON.parse(textOf(open()))).toEqual(permit())
  })
  it('refuses what is no form instead of losing it', () => {
    expect(read('{"sections": 3}')).toBeNull()
    expect(read('not json')).toBeNull()
  })
  it('keeps a component of a type it does not know, and says so', () => {
    const doc = docOf({ key: 'k', title: '表', sections: [{ key: 's', title: '节', fields: [{ key: 'x', type: 'hologram', label: '全息', depth: 3 }] }] })
    expect(formOf(doc).sections[0]?.fields[0]).toEqual({ key: 'x', type: 'hologram', label: '全息', depth: 3 })
    expect(hints(doc).map((each) => each.code)).toContain('type')
  })
})

describe('nesting (req: FORM-009)', () => {
  it('puts layouts anywhere but in rows, and tabs only into tabs', () => {
    expect(mayHold('section', 'columns')).toBe(true)
    expect(mayHold('collapse', 'tabs')).toBe(true)
    expect(mayHold('tabs', 'text')).toBe(false)
    expect(mayHold('tabs', 'tab')).toBe(true)
    expect(mayHold('section', 'tab')).toBe(false)
    expect(mayHold('table', 'columns')).toBe(true)
    expect(mayHold('table', 'tabs')).toBe(false)
    expect(mayHold('group', 'table', ['table'])).toBe(false)
    expect(mayHold('columns', 'columns')).toBe(false)
    expect(mayHold('form', 'text')).toBe(false)
  })
  it('looks at everything that is carried: a group with a table does not go into a table', () => {
    const doc = open()
    const tree = treeOf({ key: 'g', type: 'group', label: '组', fields: [{ key: 't', type: 'table', label: '表', fields: [] }] })
    expect(fits(doc, by(doc, 'rows'), tree)).toBe(false)
    expect(fits(doc, by(doc, 'place'), tree)).toBe(true)
  })
  it('never puts a holder into itself', () => {
    const doc = open()
    expect(move(doc, [by(doc, 'owner')], { parent: by(doc, 'owner'), index: 0 })).toBe(doc)
  })
})

describe('moving (req: FORM-010)', () => {
  it('takes several together in page order and leaves the rest alone', () => {
    const doc = open()
    const done = move(doc, [by(doc, 'share'), by(doc, 'shop_name')], { parent: by(doc, 'people'), index: 1 })
    expect(formOf(done).sections.map((each) => each.fields.map((field) => field.key))).toEqual([['cols'], ['owner', 'shop_name', 'share', 'rows']])
    expect(node(done, by(done, 'rows'))).toBe(node(doc, by(doc, 'rows')))
    expect(formOf(doc)).toEqual(permit())
  })
  it('counts a holder and what is in it once', () => {
    const doc = open()
    expect(tops(doc, [by(doc, 'area'), by(doc, 'cols'), doc.root])).toEqual([by(doc, 'cols')])
    expect([...below(remove(doc, [by(doc, 'cols')]), doc.root)].map(keyOf)).not.toContain('kitchen')
  })
  it('steps through every allowed place in page order and none inside what is carried', () => {
    const doc = open()
    const group = by(doc, 'owner')
    const places = placesFor(doc, treesOf(doc, [group]), [group])
    expect(places.map((each) => `${keyOf(node(doc, each.parent))}${each.index}`)).toEqual(['place0', 'place1', 'cols0', 'cols1', 'cols2', 'place2', 'place3', 'people0', 'rows0', 'rows1', 'rows2', 'people1'])
    expect(sayPlace(doc, { parent: by(doc, 'cols'), index: 1 })).toBe('在“分栏”里，第 2 个，“面积”后面')
  })
  it('adds after what is selected, inside an empty holder, and further out where it may not stand', () => {
    const doc = open()
    expect(placeAfter(doc, by(doc, 'area', 'permit'), treeOf({ type: 'text' }))).toEqual({ parent: by(doc, 'cols'), index: 1 })
    expect(placeAfter(doc, by(doc, 'area', 'permit'), treeOf({ type: 'tabs' }))).toEqual({ parent: by(doc, 'place'), index: 2 })
    expect(placeAfter(doc, by(doc, 'area', 'permit'), treeOf({}, 'section'))).toEqual({ parent: doc.root, index: 1 })
    expect(placeAfter(doc, null, treeOf({ type: 'text' }))).toEqual({ parent: by(doc, 'people'), index: 2 })
  })
})

describe('keys (req: FORM-010)', () => {
  it('are free in their scope; a group is a scope of its own, a layout is not', () => {
    expect(freeKey(new Set(['text_1', 'text_2']), 'text_1')).toBe('text_3')
    expect(freeKey(new Set(), 'today')).toBe('today_2')
    let doc = open()
    for (const type of ['text', 'text', 'tabs', 'tabs'] as NodeType[]) doc = insert(doc, by(doc, 'cols'), 0, fresh(doc, by(doc, 'cols'), type)).doc
    expect(hints(doc).filter((each) => each.code === 'duplicate')).toEqual([])
    expect(keyOf(adopted(doc, by(doc, 'owner'), [treeOf({ key: 'kitchen', type: 'text', label: '厨房' })])[0]!)).toBe('kitchen')
    expect(keyOf(adopted(doc, by(doc, 'people'), [treeOf({ key: 'kitchen', type: 'text', label: '厨房' })])[0]!)).toBe('kitchen_2')
  })
  it('every new component of the panel is without a finding that is not about emptiness', () => {
    for (const { types } of offered()) {
      for (const { type } of types) {
        const doc = docOf({ key: 'k', title: '表', sections: [{ key: 's', title: '节', fields: [] }] })
        const holder = type === 'section' ? doc.root : node(doc, doc.root).children[0]!
        const { doc: done, ids } = insert(doc, holder, 0, fresh(doc, holder, type))
        expect(hints(done).filter((each) => ids.includes(each.node) && each.code !== 'empty'), type).toEqual([])
      }
    }
  })
})

describe('renaming (req: FORM-010)', () => {
  it('is followed by every expression that means this field, and by no other', () => {
    const doc = open()
    const { doc: done, followed } = rename(doc, by(doc, 'area', 'permit'), 'floor')
    expect(followed).toBe(5)
    expect(at(done, 'floor').validate).toEqual([{ feel: 'floor > 0', message: '填写面积' }])
    expect(at(done, 'kitchen')).toMatchObject({ visibleWhen: 'floor > 50', validate: [{ feel: 'kitchen <= floor', message: '厨房不能比场所大' }] })
    expect(at(done, 'share').compute).toBe('kitchen / floor')
    expect(at(done, 'people').visibleWhen).toBe('floor > 10')
    expect(at(done, 'rows').validate[1]).toMatchObject({ feel: 'count(rows[age > 60]) < 3 and owner.name != "area"' })
  })
  it('reaches into groups, loops and filters', () => {
    const doc = open()
    const named = rename(doc, by(doc, 'name', 'owner'), 'full_name').doc
    expect(at(named, 'rows').validate[1]).toMatchObject({ feel: 'count(rows[age > 60]) < 3 and owner.full_name != "area"' })
    expect((node(named, by(named, 'area', 'owner')).props).requiredWhen).toBe('full_name != null')
    const aged = rename(doc, by(doc, 'age'), 'years').doc
    expect(at(aged, 'rows').validate).toMatchObject([{ feel: 'every r in rows satisfies r.years >= 16' }, { feel: 'count(rows[years > 60]) < 3 and owner.name != "area"' }])
    expect(at(rename(doc, by(doc, 'rows'), 'staff').doc, 'staff').validate).toMatchObject([{ feel: 'every r in staff satisfies r.age >= 16' }, { feel: 'count(staff[age > 60]) < 3 and owner.name != "area"' }])
  })
  it('reads functions, strings, comments, arguments and keywords as what they are', () => {
    const doc = open()
    const used = (text: string) => namesUsed(doc, doc.root, text).map((each) => [each.name, each.field !== null])
    expect(used('string length(shop_name) > 2 // area')).toEqual([['shop_name', true]])
    expect(used('date and time(today) > now and substring(string: shop_name, start position: 1) = "area"')).toEqual([['shop_name', true]])
    expect(used('if area between 1 and 5 then {area: 1}.area else situation.kind')).toEqual([['area', true]])
    expect(used('for r in rows, x in [1, 2] return r.age + x + nothing')).toEqual([['rows', true], ['age', true], ['nothing', false]])
    expect(used('不存在 > 1')).toEqual([['不存在', false]])
  })
})

describe('copying (req: FORM-010)', () => {
  it('goes into another form by text, with new keys and conditions that follow them', () => {
    const doc = open()
    const trees = pasted(copied(doc, [by(doc, 'area', 'permit'), by(doc, 'kitchen')]))
    const added = adopted(doc, by(doc, 'place'), trees)
    expect(added.map(jsonOf)).toMatchObject([{ key: 'area_2', validate: [{ feel: 'area_2 > 0' }] }, { key: 'kitchen_2', visibleWhen: 'area_2 > 50', validate: [{ feel: 'kitchen_2 <= area_2' }] }])
    expect(adopted(docOf({ sections: [{ key: 's', fields: [] }] }), 1, trees).map((each) => each.props.key)).toEqual(['area', 'kitchen'])
  })
  it('ignores text that is something else', () => {
    expect(pasted('经营许可')).toEqual([])
    expect(pasted('{"schema":"tongban-form/1","sections":[]}')).toEqual([])
  })
})

describe('shared fields and composition (req: FORM-003, FORM-004)', () => {
  const applicant = { schema: 'tongban-form/1', key: 'applicant', title: '申请人', sections: [
    { key: 'place', title: '申请人', fields: [{ key: 'name_of_shop', type: 'text', label: '字号', shared: 'SHOP_NAME' }, { key: 'area', type: 'radio', label: '区域', options: [{ value: '1', label: '城区' }], visibleWhen: 'name_of_shop != null' }] },
    { key: 'left', title: '剩下的', fields: [{ key: 'again', type: 'text', label: '字号', shared: 'SHOP_NAME' }] },
  ] } as never
  it('a field of the library becomes a component tagged with its code', () => {
    expect(jsonOf(fieldOf({ code: 'QY-MC', label: '企业名称', type: 'text', length: 50, options: [], check: '', source: 'enterprise.name' }))).toEqual({ key: 'qy_mc', type: 'text', label: '企业名称', maxLength: 50, source: 'enterprise.name', shared: 'QY-MC' })
    expect(sharedIn(open()).has('SHOP_NAME')).toBe(true)
  })
  it('asks a shared field once, gives way with keys, names owner and origin', () => {
    const done = compose(open(), applicant, ['place', 'left'], 'applicant', 'org-1')
    expect(done.once).toEqual(['字号', '字号'])
    expect(done.emptied).toEqual(['剩下的'])
    expect(formOf(done.doc).sections.at(-1)).toEqual({ key: 'place_2', title: '申请人', from: 'applicant', owner: 'org-1', fields: [{ key: 'area_2', type: 'radio', label: '区域', options: [{ value: '1', label: '城区' }], visibleWhen: 'shop_name != null' }] })
    expect(hints(done.doc)).toEqual([])
  })
})

describe('findings (req: FORM-010)', () => {
  it('lead to the component and the property, as the server names places', () => {
    const doc = open()
    for (const each of [node(doc, doc.root), ...below(doc, doc.root)]) expect(nodeAt(doc, pointerOf(doc, each.id, 'label'))).toEqual({ id: each.id, member: 'label' })
    expect(nodeAt(doc, '/sections/1/fields/1/validate/0/feel')).toEqual({ id: by(doc, 'rows'), member: 'validate' })
    expect(nodeAt(doc, '/sections/9/fields/1')).toMatchObject({ id: doc.root })
  })
  it('say what is unfinished', () => {
    const doc = docOf({ key: 'k', title: '', sections: [{ key: 's', title: '节', fields: [
      { key: 'a', type: 'radio', label: '甲', options: [] }, { key: 'a', type: 'text', label: '', minLength: 5, maxLength: 2, pattern: '(' }, { key: 'Bad', type: 'number', label: '乙', visibleWhen: 'ghost = 1', validate: [{ feel: 'a = 1', message: '' }] }, { key: 'today', type: 'group', label: '丙', fields: [] },
    ] }] })
    expect(hints(doc).map((each) => [each.code, each.at])).toEqual(expect.arrayContaining([
      ['missing', '/title'], ['missing', '/sections/0/fields/0/options'], ['duplicate', '/sections/0/fields/1/key'], ['missing', '/sections/0/fields/1/label'], ['limit', '/sections/0/fields/1/minLength'], ['pattern', '/sections/0/fields/1/pattern'],
      ['key', '/sections/0/fields/2/key'], ['name', '/sections/0/fields/2/visibleWhen'], ['rule', '/sections/0/fields/2/validate'], ['reserved', '/sections/0/fields/3/key'], ['empty', '/sections/0/fields/3'],
    ]))
    expect(hints(open())).toEqual([])
  })
  it('name the expressions that read a field before it goes', () => {
    const doc = open()
    expect(referencesTo(doc, [by(doc, 'cols')]).map((each) => keyOf(node(doc, each.node)))).toEqual(['share', 'people'])
  })
})

describe('another type (req: FORM-008)', () => {
  it('keeps what both types know', () => {
    const doc = open()
    const done = retype(doc, by(doc, 'shop_name'), 'radio')
    expect(jsonOf(extract(done, by(done, 'shop_name')))).toMatchObject({ key: 'shop_name', type: 'radio', label: '店名', shared: 'SHOP_NAME', options: [{ value: '1' }, { value: '2' }] })
  })
})
