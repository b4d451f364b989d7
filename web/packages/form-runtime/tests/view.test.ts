import { afterEach, describe, expect, it } from 'vitest'
import { createApp, h, nextTick, ref } from 'vue'
import { FormSummary, FormView, type FieldMark, type Form, type FormValues } from '../src/index.ts'

const form = { schema: 'tongban-form/1', sections: [{ key: 's', title: '场所', fields: [{ key: 'area', type: 'number', label: '面积', min: 1 }] }] } as unknown as Form
const stops: (() => void)[] = []
afterEach(() => { for (const stop of stops.splice(0)) stop() })

function show() {
  const data = ref<FormValues>({ area: '0' })
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp({ render: () => h(FormView, { form, input: { today: '2026-09-24' }, modelValue: data.value, 'onUpdate:modelValue': (now: FormValues) => { data.value = now } }) })
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  const press = (kind: string) => document.body.dispatchEvent(new Event(kind, { bubbles: true }))
  const turn = async () => {
    await new Promise((done) => setTimeout(done))
    await nextTick()
  }
  return { leave: () => host.querySelector('input')?.dispatchEvent(new Event('blur')), press, turn, error: () => host.querySelector('.tb-error')?.textContent ?? '' }
}

describe('leaving a wrong field', () => {
  /** req: FORM-015 */
  it('shows its error when the keyboard leaves it', async () => {
    const page = show()
    page.leave()
    await page.turn()
    expect(page.error()).not.toBe('')
  })
  it('moves nothing until the click that left it has been dealt with', async () => {
    const page = show()
    page.press('pointerdown')
    page.leave()
    await page.turn()
    expect(page.error(), 'while the button is down').toBe('')
    page.press('pointerup')
    await nextTick()
    expect(page.error(), 'before the click').toBe('')
    page.press('click')
    await page.turn()
    expect(page.error()).not.toBe('')
  })
})

describe('a form of which only some fields are drawn', () => {
  /** req: FORM-026 */
  it('shows those and their sections; the others still decide what shows', async () => {
    const whole = { schema: 'tongban-form/1', sections: [
      { key: 's', title: '场所', fields: [{ key: 'area', type: 'number', label: '面积' }, { key: 'large', type: 'text', label: '大店说明', visibleWhen: 'area > 100' }, { key: 'part', type: 'group', label: '负责人', fields: [{ key: 'name', type: 'text', label: '姓名' }] }] },
      { key: 'o', title: '其他', fields: [{ key: 'note', type: 'text', label: '备注' }] },
    ] } as unknown as Form
    const drawn = (area: number) => {
      const host = document.body.appendChild(document.createElement('div'))
      const app = createApp({ render: () => h(FormView, { form: whole, input: { today: '2026-09-24' }, modelValue: { area }, fields: ['large', 'part'] }) })
      app.mount(host)
      stops.push(() => { app.unmount(); host.remove() })
      return [...host.querySelectorAll('h2')].map((each) => each.textContent).concat([...host.querySelectorAll('input')].map((each) => each.id))
    }
    expect(drawn(120)).toEqual(['场所', 'f-large', 'f-part-name'])
    expect(drawn(80)).toEqual(['场所', 'f-part-name'])
  })
})

describe('where a value came from', () => {
  /** req: FORM-014 */
  it('stands at the field, and goes when the page no longer says so', async () => {
    const data = ref<FormValues>({ area: '60' })
    const prefilled = ref([{ key: 'area', locked: false, source: '电子证照《营业执照》' }])
    const host = document.body.appendChild(document.createElement('div'))
    const app = createApp({ render: () => h(FormView, { form, input: { today: '2026-09-24' }, modelValue: data.value, prefilled: prefilled.value }) })
    app.mount(host)
    stops.push(() => { app.unmount(); host.remove() })
    expect(host.textContent).toContain('来源：电子证照《营业执照》')
    prefilled.value = []
    await nextTick()
    expect(host.textContent).not.toContain('来源')
  })
})

describe('a field compared with what others know', () => {
  /** req: FORM-018 */
  it('carries its mark, and what the source says where it differs', () => {
    const marks: FieldMark[] = [{ key: 'area', label: '面积', result: 'differs', result_label: '不一致', source: '数据共享（市场主体信息）', theirs: '80' }]
    const host = document.body.appendChild(document.createElement('div'))
    const app = createApp({ render: () => h(FormSummary, { form, data: { area: 60 }, marks }) })
    app.mount(host)
    stops.push(() => { app.unmount(); host.remove() })
    expect(host.querySelector('.tb-tag--danger')?.textContent).toBe('不一致（数据共享（市场主体信息））')
    expect(host.textContent).toContain('对方记的是：80')
  })
})
