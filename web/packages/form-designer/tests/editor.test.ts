import { describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { createEditor } from '../src/editor.ts'
import { below, docOf, emptyForm, formOf, jsonOf, keyOf, node, pasted, rulesOf, sampleOf, sampleId, sampleUscc, type NodeId } from '../src/model/index.ts'
import { evaluate, type Form } from '@tongban/form-runtime'
import { offered } from '../src/describe/index.ts'
import { useGrips } from '../src/view/grips.ts'
import { sideOf } from '../src/view/drag.ts'
import { conditionOf, joined } from '../src/view/properties/conditions.ts'
import { permit } from './sample.ts'

function start(form: object = permit(), readonly = false) {
  let at = 0
  const editor = effectScope().run(() => createEditor(docOf(form as Form), { now: () => at, readonly }))!
  const by = (key: string): NodeId => [...below(editor.doc.value, editor.doc.value.root)].find((each) => keyOf(each) === key)!.id
  const canvas = useGrips(editor, 'canvas')
  const tree = useGrips(editor, 'tree')
  const press = (keys: string, pane = canvas) => {
    for (const key of keys.split(' ')) {
      const parts = key.split('+')
      const name = parts.at(-1)!
      const event = new KeyboardEvent('keydown', { key: name === 'Space' ? ' ' : name, altKey: parts.includes('Alt'), ctrlKey: parts.includes('Ctrl'), shiftKey: parts.includes('Shift'), cancelable: true })
      pane.key(event, editor.current.value ?? editor.doc.value.root)
    }
  }
  const keys = (section = 0) => formOf(editor.doc.value).sections[section]?.fields.map((each) => each.key)
  return { editor, by, press, keys, tree, later: (ms: number) => { at += ms } }
}

describe('without a mouse (req: FORM-010)', () => {
  it('picks up, carries down and puts down, saying each place', () => {
    const { editor, by, press, keys } = start()
    editor.select([by('shop_name')])
    press('Space')
    expect(editor.said.value).toContain('拿起了店名')
    press('ArrowDown')
    expect(editor.said.value).toBe('在“分栏”里，第 1 个，最前面')
    press('ArrowLeft')
    expect(editor.said.value).toBe('在“场所”里，第 2 个，“分栏”后面')
    press('Enter')
    expect(keys()).toEqual(['cols', 'shop_name', 'share'])
    expect(editor.said.value).toContain('店名已移到')
  })
  it('nests with the right arrow and puts back with Escape', () => {
    const { editor, by, press, keys } = start()
    editor.select([by('shop_name')])
    press('Space ArrowRight Space')
    expect(formOf(editor.doc.value).sections[0]?.fields[0]?.fields?.map((each) => each.key)).toEqual(['shop_name', 'area', 'kitchen'])
    const before = editor.doc.value
    press('Space End Escape')
    expect(editor.doc.value).toBe(before)
    expect(editor.said.value).toBe('已放回原处')
    expect(keys()).toEqual(['cols', 'share'])
  })
  it('never carries a component where it may not stand', () => {
    const { editor, by, press } = start()
    editor.select([by('rows')])
    press('Space')
    const parents = new Set(editor.carrying.value?.places.map((each) => keyOf(node(editor.doc.value, each.parent))))
    expect(parents).toEqual(new Set(['place', 'cols', 'people', 'owner']))
  })
  it('moves one place at once with Alt, chooses ranges with Shift, deletes and names what still reads it', () => {
    const { editor, by, press, keys } = start()
    editor.select([by('share')])
    press('Alt+ArrowUp')
    expect(formOf(editor.doc.value).sections[0]?.fields[1]?.fields?.at(-1)?.key).toBe('share')
    press('Alt+ArrowDown')
    expect(keys()).toEqual(['shop_name', 'cols', 'share'])
    editor.select([by('shop_name')])
    press('Shift+ArrowDown')
    expect(editor.selection.value).toHaveLength(2)
    editor.select([by('cols')])
    press('Delete')
    expect(keys()).toEqual(['shop_name', 'share'])
    expect(editor.said.value).toBe('已删除分栏，还有 2 处条件用到它，请改一改')
  })
  it('walks, folds and finds by letter in the tree', () => {
    const { editor, by, press, tree } = start()
    editor.select([by('place')])
    press('ArrowLeft', tree)
    expect(editor.order('tree')).not.toContain(by('shop_name'))
    expect(editor.order('canvas')).toContain(by('shop_name'))
    press('ArrowDown', tree)
    expect(editor.current.value).toBe(by('people'))
    press('姓', tree)
    expect(keyOf(node(editor.doc.value, editor.current.value!))).toBe('name')
  })
})

describe('steps back and forward (req: FORM-010)', () => {
  it('every act is a step, typing is one until a pause', () => {
    const { editor, by, later } = start()
    const first = editor.doc.value
    editor.set(by('area'), { label: '面' })
    later(200)
    editor.set(by('area'), { label: '面积大' })
    later(2_000)
    editor.set(by('area'), { label: '面积大小' })
    editor.undo()
    expect(node(editor.doc.value, by('area')).props.label).toBe('面积大')
    editor.undo()
    expect(editor.doc.value).toBe(first)
    expect(editor.said.value).toBe('已撤销：修改面积')
    editor.redo()
    editor.redo()
    expect(node(editor.doc.value, by('area')).props.label).toBe('面积大小')
  })
  it('what others saved takes the place of mine, and undo brings mine back', () => {
    const { editor, by } = start()
    editor.set(by('area'), { label: '我的' })
    const mine = editor.doc.value
    editor.replace(docOf(emptyForm('k', '他的') as never, mine.next))
    expect(formOf(editor.doc.value).title).toBe('他的')
    editor.undo()
    expect(editor.doc.value).toBe(mine)
  })
})

describe('copying (req: FORM-010)', () => {
  it('goes through text, so that it reaches another form', () => {
    const { editor, by } = start()
    editor.select([by('owner')])
    const text = editor.copy()
    expect(pasted(text).map((each) => each.type)).toEqual(['group'])
    const other = start(emptyForm('k', '另一张'))
    expect(other.editor.paste(text)).toBe(true)
    expect(other.keys()).toEqual(['owner'])
    expect(other.editor.paste('旅馆')).toBe(false)
  })
  it('duplicates beside what is selected', () => {
    const { editor, by, keys } = start()
    editor.select([by('shop_name')])
    editor.duplicate()
    expect(keys()).toEqual(['shop_name', 'shop_name_2', 'cols', 'share'])
  })
})

describe('whoever may only look (req: FORM-012)', () => {
  it('opens everything and changes nothing', () => {
    const { editor, by, press } = start(permit(), true)
    const before = editor.doc.value
    editor.select([by('area')])
    press('Delete')
    press('Space')
    press('Alt+ArrowDown')
    editor.add('text')
    editor.set(by('area'), { label: '改' })
    editor.setKey(by('area'), 'other')
    editor.paste(editor.copy())
    expect(editor.doc.value).toBe(before)
    expect(editor.carrying.value).toBeNull()
  })
})

describe('findings (req: FORM-010)', () => {
  it('of the server stand at the component they mean, also after it moved, and not twice', () => {
    const { editor, by } = start()
    editor.judge([{ severity: 'error', code: 'x', at: '/sections/0/fields/2/compute', message: '算不出' }])
    editor.select([by('share')])
    editor.nudge(-1)
    expect(editor.findings.value.map((each) => [each.node, each.message])).toEqual([[by('share'), '算不出']])
    expect(editor.counts.value.get(by('share'))).toBe(1)
    editor.set(by('share'), { compute: 'ghost' })
    expect(editor.findings.value.filter((each) => each.member === 'compute')).toHaveLength(1)
  })
})

describe('the pointer (req: FORM-010)', () => {
  const box = { left: 0, top: 100, width: 200, height: 80 }
  it('falls before, after or into what is under it', () => {
    expect(sideOf(box, 50, 110, false, false)).toBe('before')
    expect(sideOf(box, 50, 170, false, false)).toBe('after')
    expect(sideOf(box, 50, 104, true, false)).toBe('before')
    expect(sideOf(box, 50, 140, true, false)).toBe('inside')
    expect(sideOf(box, 190, 140, false, true)).toBe('after')
  })
})

describe('conditions for whoever knows no FEEL (req: FORM-016)', () => {
  it('are written as the type of the field asks', () => {
    expect(conditionOf('a', 'number', 'gt', '5')).toBe('a > 5')
    expect(conditionOf('fee', 'money', 'le', '12.5')).toBe('fee <= 1250')
    expect(conditionOf('d', 'date', 'lt', '2026-11-26')).toBe('d < date("2026-11-26")')
    expect(conditionOf('k', 'radio', 'eq', '一"号')).toBe('k = "一\\"号"')
    expect(conditionOf('m', 'checkboxes', 'has', 'x')).toBe('list contains(m, "x")')
    expect(conditionOf('y', 'yesno', 'ne', 'true')).toBe('y != true')
    expect(conditionOf('f', 'file', 'filled', '')).toBe('f != null')
  })
  it('are joined so that and and or keep their meaning', () => {
    expect(joined('a = 1 or b = 2', 'c = 3', 'and')).toBe('(a = 1 or b = 2) and c = 3')
    expect(joined('a = 1', 'c = 3', 'and')).toBe('a = 1 and c = 3')
    expect(joined('a = 1', 'c = 3')).toBe('c = 3')
  })
  it('and rules are tried on data, row by row, with the time in which they hold', () => {
    const { editor } = start()
    const results = (data: object) => rulesOf(editor.doc.value, data as never, '2026-11-26').map((each) => each.result)
    expect(results({})).toEqual(['open', 'open', 'open', 'open'])
    expect(results({ area: 60, kitchen: 80, owner: { name: '王' }, rows: [{ name: '李', age: 15 }] })).toEqual(['holds', 'broken', 'broken', 'holds'])
    editor.set([...below(editor.doc.value, 0)].find((each) => keyOf(each) === 'area')!.id, { validate: [{ feel: 'area > 0', message: 'x', until: '2026-01-01' }] })
    expect(results({ area: 60 })[0]).toBe('off')
  })
})

describe('sample data (req: FORM-011)', () => {
  it('passes the checks of every component there is', () => {
    const { editor } = start(emptyForm('k', '全部'))
    for (const { types } of offered()) for (const each of types) if (each.type !== 'section') { editor.select([node(editor.doc.value, 0).children[0]!]); editor.add(each.type) }
    for (const each of [...below(editor.doc.value, 0)]) if (['group', 'table', 'columns', 'collapse', 'tab'].includes(each.type) && !each.children.length) { editor.select([each.id]); editor.add('text') }
    const form = formOf(editor.doc.value)
    expect(evaluate(form, { today: '2026-11-26', data: sampleOf(form, '2026-11-26') }).problems).toEqual([])
  })
  it('keeps bounds and examples, and leaves open what a pattern alone knows', () => {
    const form = { schema: 'tongban-form/1', key: 'k', title: 't', sections: [{ key: 's', title: 's', fields: [{ key: 'n', type: 'number', label: 'N', max: 10 }, { key: 'p', type: 'text', label: 'P', pattern: '[A-Z]{3}' }, { key: 'e', type: 'text', label: 'E', pattern: '[A-Z]{3}', example: 'ABC' }, { key: 'l', type: 'text', label: '长', minLength: 8, maxLength: 9 }, { key: 'd', type: 'date', label: 'D', max: '2020-01-01' }] }] } as Form
    expect(sampleOf(form, '2026-11-26')).toEqual({ n: 10, e: 'ABC', l: '示例长例例例例例', d: '2020-01-01' })
    expect([sampleId(), sampleUscc()].every((each) => each.length === 18)).toBe(true)
  })
})

it('writes the document of the README, component by component (req: FORM-008)', () => {
  const { editor } = start(emptyForm('k', '全部'))
  editor.select([node(editor.doc.value, 0).children[0]!])
  for (const type of ['columns', 'tabs', 'collapse', 'blank', 'divider', 'seal', 'switch', 'file', 'signature', 'hidden'] as const) { editor.select([node(editor.doc.value, 0).children[0]!]); editor.add(type) }
  expect(formOf(editor.doc.value).sections[0]?.fields.map((each) => jsonOf({ type: each.type, props: Object.fromEntries(Object.entries(each).filter(([key]) => key !== 'type' && key !== 'fields')), children: [] }))).toMatchObject([
    { key: 'columns_1', type: 'columns', label: '', columns: 2 }, { key: 'tabs_1', type: 'tabs', label: '' }, { key: 'collapse_1', type: 'collapse', label: '折叠' }, { key: 'blank_1', type: 'blank', label: '' }, { key: 'divider_1', type: 'divider', label: '' },
    { key: 'seal_1', type: 'seal', label: '盖章处' }, { key: 'switch_1', type: 'switch', label: '开关' }, { key: 'file_1', type: 'file', accept: ['pdf', 'jpg', 'png'], maxFiles: 5 }, { key: 'signature_1', type: 'signature', label: '手写签名' }, { key: 'hidden_1', type: 'hidden', label: '隐藏字段' },
  ])
})
