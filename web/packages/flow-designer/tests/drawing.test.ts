import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import FlowPicture from '../src/drawing/FlowPicture.vue'
import { drawingOf, linesOf } from '../src/drawing/read.ts'
import { emptyFlow } from '../src/model/diagram.ts'
import { mount } from './mount.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')
const permit = readFileSync(resolve(ROOT, 'packs/items/food-operation-permit/flow.bpmn'), 'utf8')
const small = emptyFlow('小流程', { start: '已受理', step: '审查', end: '办结' })

describe('a flow to look at (req: FORM-030)', () => {
  it('has every element and way of the file, its steps in reading order', async () => {
    const drawing = await drawingOf(permit)
    expect(drawing.shapes).toHaveLength(permit.match(/<bpmndi:BPMNShape /g)?.length ?? -1)
    expect(drawing.lines).toHaveLength(permit.match(/<bpmn:sequenceFlow /g)?.length ?? -1)
    expect(drawing.steps.slice(0, 3).map((each) => each.name)).toEqual(['审查', '现场核查', '决定'])
    for (const { x, y, width, height } of drawing.shapes) {
      expect(x).toBeGreaterThan(drawing.left)
      expect(x + width).toBeLessThan(drawing.left + drawing.width)
      expect(y).toBeGreaterThan(drawing.top)
      expect(y + height).toBeLessThan(drawing.top + drawing.height)
    }
  })
  it('is drawn when the file has no drawing', async () => {
    const bare = small.replace(/<bpmndi:[\s\S]*<\/bpmndi:BPMNDiagram>/, '')
    expect((await drawingOf(bare)).shapes.map((each) => each.kind).sort()).toEqual(['end', 'event', 'task'])
  })
  it('is refused when it is no flow', async () => {
    await expect(drawingOf('<a>')).rejects.toThrow()
  })
  it('breaks long names and says when something is left out', () => {
    expect(linesOf('现场核查和复核', 4, 3)).toEqual(['现场核查', '和复核'])
    expect(linesOf('一二三四五六七八九', 2, 2)).toEqual(['一二', '三…'])
    expect(linesOf('', 4, 3)).toEqual([])
  })
  it('shows its figures in words for the ear and at the steps for the eye', async () => {
    const choose = vi.fn()
    const host = mount(FlowPicture, { drawing: await drawingOf(small), marks: { review: { count: 12, note: '超期 3' } }, label: '审查在办 12 件', onChoose: choose })
    expect(host.querySelector('svg')?.getAttribute('aria-label')).toBe('审查在办 12 件')
    expect([...host.querySelectorAll('.fp-mark text, .fp-note text')].map((each) => each.textContent)).toEqual(['12', '超期 3'])
    host.querySelector('.is-task')?.dispatchEvent(new MouseEvent('click'))
    host.querySelector('.is-end')?.dispatchEvent(new MouseEvent('click'))
    expect(choose.mock.calls).toEqual([['review']])
  })
})
