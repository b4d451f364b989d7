import { afterEach, describe, expect, it } from 'vitest'
import { createApp, h, nextTick, ref } from 'vue'
import { evaluate, FormView, startValues, type Form, type FormValues } from '../src/index.ts'

// What both runtimes hold to stands in the engine's vectors, see vectors.test.ts.
describe('channels and defaults (req: FORM-008, FORM-016)', () => {
  it('asks rules of other channels of nobody here, and tells warnings beside the problems', () => {
    const form = { schema: 'tongban-form/1', key: 'f', title: 'F', sections: [{ key: 's', title: 'S', fields: [{ key: 'n', type: 'number', label: 'N', validate: [{ feel: 'n < 5', message: '大', severity: 'warn' }, { feel: 'n < 5', message: '机', channels: ['kiosk'] }] }] }] } as Form
    const on = (channel: string) => evaluate(form, { today: '2026-11-26', data: { n: 9 }, channel })
    expect(on('web').warnings.map((each) => each.message)).toEqual(['大'])
    expect(on('web').problems).toEqual([])
    expect(on('kiosk').problems.map((each) => each.message)).toEqual(['机'])
  })
  it('a new form begins with its defaults, through layouts and groups', () => {
    const form = { schema: 'tongban-form/1', key: 'f', title: 'F', sections: [{ key: 's', title: 'S', fields: [{ key: 'c', type: 'columns', label: '', fields: [{ key: 'd', type: 'date', label: 'D', default: 'today' }] }, { key: 'g', type: 'group', label: 'G', fields: [{ key: 'x', type: 'text', label: 'X', default: '甲' }] }, { key: 'e', type: 'text', label: 'E' }] }] } as Form
    expect(startValues(form, '2026-11-26')).toEqual({ d: '2026-11-26', g: { x: '甲' } })
  })
})

const stops: (() => void)[] = []
afterEach(() => { for (const stop of stops.splice(0)) stop() })
function show(fields: unknown[], start: FormValues = {}, more: Record<string, unknown> = {}) {
  const data = ref<FormValues>(start)
  const strict = ref(false)
  const host = document.body.appendChild(document.createElement('div'))
  const form = { schema: 'tongban-form/1', key: 'f', title: 'F', sections: [{ key: 's', title: 'S', fields }] } as unknown as Form
  const app = createApp({ render: () => h(FormView, { form, input: { today: '2026-11-26' }, showAll: strict.value, modelValue: data.value, 'onUpdate:modelValue': (now: FormValues) => { data.value = now }, ...more }) })
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  return { host, data, strict }
}
const TABS = [{ key: 'tabs', type: 'tabs', label: '两页', fields: [{ key: 't1', type: 'tab', label: '一', fields: [{ key: 'a', type: 'text', label: '甲' }] }, { key: 't2', type: 'tab', label: '二', fields: [{ key: 'b', type: 'text', label: '乙' }] }] }]

describe('layouts on the page (req: FORM-009)', () => {
  it('shows one tab at a time and turns with arrow keys', async () => {
    const { host } = show(TABS)
    const panels = () => [...host.querySelectorAll<HTMLElement>('[role="tabpanel"]')].map((each) => each.style.display !== 'none')
    expect(panels()).toEqual([true, false])
    host.querySelector('[role="tablist"]')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))
    await nextTick()
    expect(panels()).toEqual([false, true])
    expect([...host.querySelectorAll('[role="tab"]')].map((each) => each.getAttribute('aria-selected'))).toEqual(['false', 'true'])
  })
  it('lays all pages open when something wrong stands on one that is not shown', async () => {
    const { host, strict } = show(TABS)
    strict.value = true
    await nextTick()
    expect(host.querySelector('[role="tablist"]')).toBeNull()
    expect([...host.querySelectorAll('h3')].map((each) => each.textContent)).toEqual(['一', '二'])
    expect(host.querySelectorAll('.tb-error')).toHaveLength(2)
  })
  it('opens a fold in which something is wrong', async () => {
    const { host, strict } = show([{ key: 'c', type: 'collapse', label: '更多', open: false, fields: [{ key: 'a', type: 'text', label: '甲' }] }])
    expect(host.querySelector('details')?.open).toBe(false)
    strict.value = true
    await nextTick()
    await nextTick()
    expect(host.querySelector('details')?.open).toBe(true)
  })
  it('draws a switch as a switch, hides what is hidden, marks the place of a seal', async () => {
    const { host, data } = show([{ key: 'on', type: 'switch', label: '夜间' }, { key: 'h', type: 'hidden', label: '来源' }, { key: 'seal', type: 'seal', label: '公章' }, { key: 'line', type: 'divider', label: '' }])
    const box = host.querySelector<HTMLInputElement>('[role="switch"]')
    expect(box).not.toBeNull()
    box!.checked = true
    box!.dispatchEvent(new Event('change'))
    expect(data.value.on).toBe(true)
    expect(host.textContent).not.toContain('来源')
    expect(host.querySelector('.tf-seal')?.textContent).toContain('公章')
    expect(host.querySelector('[role="separator"]')).not.toBeNull()
  })
  it('says that files cannot be given where nobody takes them', () => {
    expect(show([{ key: 'f', type: 'file', label: '图' }]).host.textContent).toContain('这里不能上传文件')
    expect(show([{ key: 'f', type: 'file', label: '图' }], {}, { upload: async () => ({ id: '1', name: 'a.pdf', size: 1 }) }).host.querySelector('input[type="file"]')).not.toBeNull()
  })
})
