import { afterEach, describe as suite, expect, it, vi } from 'vitest'
import { createApp, h, nextTick } from 'vue'
import type { DesignerContext } from '../src/context.ts'
import { describe, offered } from '../src/describe/index.ts'
import { createEditor, type Editor } from '../src/editor.ts'
import { below, docOf, emptyForm, formOf, keyOf, node } from '../src/model/index.ts'
import { WIDTHS, type ToFrame } from '../src/preview.ts'
import FormDesigner from '../src/view/FormDesigner.vue'
import PreviewBody from '../src/view/PreviewBody.vue'
import { large, permit } from './sample.ts'

const stops: (() => void)[] = []
afterEach(() => { for (const stop of stops.splice(0)) stop() })

function open(form: object = permit(), context: Partial<DesignerContext> = {}, wide = true) {
  vi.stubGlobal('matchMedia', () => ({ matches: wide, addEventListener: () => undefined, removeEventListener: () => undefined }))
  const host = document.body.appendChild(document.createElement('div'))
  let editor!: Editor
  const app = createApp({ setup: () => { editor = createEditor(docOf(form as never)); return () => h(FormDesigner, { editor, context: { roles: [{ key: 'clerk', label: '窗口受理' }], steps: [{ key: 'accept', label: '受理' }], orgs: [], ...context } }) } })
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  const by = (key: string) => [...below(editor.doc.value, editor.doc.value.root)].find((each) => keyOf(each) === key)!.id
  const props = (key: string) => node(editor.doc.value, by(key)).props as Record<string, never>
  const write = async (selector: string, value: string, kind = 'input') => {
    const box = host.querySelector<HTMLInputElement>(selector)
    if (!box) throw new Error(`no ${selector}`)
    box.value = value
    box.dispatchEvent(new Event(kind, { bubbles: true }))
    await nextTick()
  }
  const choose = async (key: string) => { editor.select([by(key)]); await nextTick() }
  return { host, editor, by, props, write, choose }
}

suite('the panes (req: FORM-010)', () => {
  it('offer every described component by name, and add it', async () => {
    const { host, editor } = open(emptyForm('k', '表'))
    const names = [...host.querySelectorAll('.cp__item')].map((each) => each.getAttribute('aria-label'))
    expect(names).toEqual(offered().flatMap((each) => each.types).map((each) => `添加${each.label}`))
    host.querySelector<HTMLButtonElement>('[aria-label="添加日期"]')?.click()
    await nextTick()
    expect(formOf(editor.doc.value).sections[0]?.fields).toMatchObject([{ type: 'date', label: '日期', key: 'date_1' }])
    expect(host.querySelector('[data-pane="canvas"]')?.textContent).toContain('日期')
  })
  it('the property panel is made from the description of what is selected', async () => {
    const { host, choose } = open()
    await choose('area')
    const shown = [...host.querySelectorAll('.pp [id^="fd-p-"]')].map((each) => each.id.slice(5)).filter((each) => !/-(hint|error|add|f\d|l\d)/.test(each))
    const wanted = describe('number').properties.filter((each) => !each.when || ['source'].includes(each.key)).map((each) => each.key)
    for (const key of wanted) expect(shown, key).toContain(key)
  })
  it('writes what is typed and leaves out what equals the absent value', async () => {
    const { host, choose, props, write } = open()
    await choose('area')
    await write('#fd-p-label', '营业面积')
    await write('#fd-p-max', '500', 'change')
    host.querySelector<HTMLInputElement>('#fd-p-required')!.click()
    await nextTick()
    expect(props('area')).toMatchObject({ label: '营业面积', max: 500, required: false })
    host.querySelector<HTMLInputElement>('#fd-p-required')!.click()
    await nextTick()
    expect('required' in props('area')).toBe(false)
  })
  it('takes a key when it is finished, refuses a bad or taken one, follows it in conditions', async () => {
    const { host, choose, props, write } = open()
    await choose('area')
    await write('#fd-p-key', 'shop_name')
    expect(host.querySelector('#fd-p-key-error')?.textContent).toContain('已经有了')
    await write('#fd-p-key', 'shop_name', 'change')
    expect(props('area').label).toBe('面积')
    await write('#fd-p-key', 'floor')
    await write('#fd-p-key', 'floor', 'change')
    expect(props('kitchen').visibleWhen).toBe('floor > 50')
  })
  it('says names in a condition that mean nothing, and what the server cannot read', async () => {
    const check = vi.fn(async () => ({ ok: false, message: '少了一个括号' }))
    const { host, choose, write } = open(permit(), { checkExpression: check })
    await choose('share')
    await write('#fd-p-visibleWhen', 'ghost = 1')
    expect(host.querySelector('#fd-p-visibleWhen-error')?.textContent).toContain('没有 ghost')
    await write('#fd-p-visibleWhen', 'area > (')
    await vi.waitFor(() => expect(host.querySelector('#fd-p-visibleWhen-error')?.textContent).toContain('少了一个括号'))
    expect(check).toHaveBeenLastCalledWith('area > (', expect.arrayContaining(['area', 'kitchen']))
  })
  it('sets rights for roles and steps, one component at a time or in the table', async () => {
    const { host, choose, props, write } = open()
    await choose('area')
    await write('#fd-p-permission', 'accept', 'change')
    expect(props('area').permission).toEqual({ accept: 'read' })
    await write('#fd-p-permission-accept', 'hidden', 'change')
    expect(props('area').permission).toEqual({ accept: 'hidden' })
    ;[...host.querySelectorAll<HTMLButtonElement>('.dt__btn')].find((each) => each.textContent?.includes('权限表'))?.click()
    await nextTick()
    await nextTick()
    const table = host.querySelector('#fd-rights')?.parentElement
    const box = table?.querySelector<HTMLSelectElement>('select[aria-label="厨房面积，窗口受理"]')
    box!.value = 'read'
    box!.dispatchEvent(new Event('change', { bubbles: true }))
    expect(props('kitchen').permission).toEqual({ clerk: 'read' })
  })
  it('a finding leads to its component', async () => {
    const { host, editor, by } = open({ ...permit(), title: '' })
    editor.set(by('area'), { visibleWhen: 'ghost' })
    await nextTick()
    const tab = [...host.querySelectorAll<HTMLButtonElement>('[role="tab"]')].find((each) => each.textContent?.includes('问题 2'))
    tab?.click()
    await nextTick()
    const line = [...host.querySelectorAll<HTMLButtonElement>('.fp__item')].find((each) => each.textContent?.includes('ghost'))
    line?.click()
    await nextTick()
    await nextTick()
    expect(editor.current.value).toBe(by('area'))
    expect(document.activeElement?.id).toBe('fd-p-visibleWhen')
  })
  it('stand behind tabs where there is little room', async () => {
    const { host } = open(permit(), {}, false)
    const tabs = [...host.querySelectorAll<HTMLButtonElement>('[role="tab"]')]
    expect(tabs.map((each) => each.textContent)).toEqual(['组件', '画布', '结构', '属性', '问题'])
    expect(host.querySelector<HTMLElement>('#fd-v-properties')?.style.display).toBe('none')
    tabs[3]?.click()
    await nextTick()
    expect(host.querySelector<HTMLElement>('#fd-v-properties')?.style.display).toBe('')
    expect(host.querySelector<HTMLElement>('#fd-v-canvas')?.style.display).toBe('none')
  })
  it('the tree says level, place and state of each component', async () => {
    const { host, editor, by } = open()
    ;[...host.querySelectorAll<HTMLButtonElement>('[role="tab"]')].find((each) => each.textContent === '结构')?.click()
    await nextTick()
    const row = host.querySelector(`[role="treeitem"][data-grip="${by('kitchen')}"]`)
    expect(row?.getAttribute('aria-level')).toBe('4')
    expect([row?.getAttribute('aria-posinset'), row?.getAttribute('aria-setsize')]).toEqual(['2', '2'])
    expect(row?.textContent).toMatch(/厨房面积.*数字.*必填.*有显示条件/)
    editor.fold(by('place'), true)
    await nextTick()
    expect(host.querySelector(`[data-pane="tree"] [data-grip="${by('kitchen')}"]`)).toBeNull()
  })
  it('shared fields are searched, taken once and shown when they are there', async () => {
    const find = vi.fn(async () => [{ code: 'SHOP_NAME', label: '店名', type: 'text' }, { code: 'LX-DH', label: '联系电话', type: 'phone' }])
    const { host, editor } = open(permit(), { findShared: find })
    await vi.waitFor(() => expect(host.querySelectorAll('.sh button')).toHaveLength(2))
    const [first, second] = [...host.querySelectorAll<HTMLButtonElement>('.sh button')]
    expect(first?.textContent).toContain('已在表单里')
    const before = editor.doc.value
    first?.click()
    expect(editor.doc.value).toBe(before)
    second?.click()
    await nextTick()
    expect(JSON.stringify(formOf(editor.doc.value))).toContain('"shared":"LX-DH"')
  })
})

suite('300 components (req: FORM-010)', () => {
  it('a change draws only what changed', async () => {
    const { host, editor } = open(large(300))
    expect(host.querySelectorAll('[data-pane="canvas"] [data-grip]')).toHaveLength(316)
    const seen: MutationRecord[] = []
    const watch = new MutationObserver((list) => seen.push(...list))
    watch.observe(host.querySelector('[data-pane="canvas"]')!, { subtree: true, childList: true, characterData: true, attributes: true })
    editor.set([...below(editor.doc.value, 0)][100]!.id, { label: '只有这一个' })
    await nextTick()
    seen.push(...watch.takeRecords())
    expect(new Set(seen.map((each) => (each.target.nodeType === 1 ? (each.target as Element) : each.target.parentElement!).closest('[data-node]')?.getAttribute('data-node'))).size).toBe(1)
  })
})

suite('the framed page (req: FORM-011, FORM-013)', () => {
  const page = document.documentElement
  const form = { schema: 'tongban-form/1', key: 'k', title: '登记表', sections: [{ key: 's', title: '节', fields: [{ key: 'a', type: 'text', label: '甲', permission: { clerk: 'hidden' } }, { key: 'b', type: 'text', label: '乙', permission: { accept: 'read' } }] }] } as never
  async function show(change: Partial<ToFrame>, origin = location.origin) {
    const host = document.body.appendChild(document.createElement('div'))
    const app = createApp(PreviewBody)
    app.mount(host)
    stops.push(() => { app.unmount(); host.remove(); for (const name of ['data-density', 'data-mode', 'data-contrast']) page.removeAttribute(name) })
    window.dispatchEvent(new MessageEvent('message', { origin, data: { tongban: 'show', form, look: 'web', contrast: false, role: 'applicant', step: '', data: {}, strict: false, ...change } }))
    await nextTick()
    return host
  }
  it('wears each look as the real pages do', async () => {
    await show({ look: 'kiosk' })
    expect([page.getAttribute('data-density'), page.getAttribute('data-mode')]).toEqual(['kiosk', null])
    await show({ look: 'elder', contrast: true })
    expect([page.getAttribute('data-density'), page.getAttribute('data-mode'), page.getAttribute('data-contrast')]).toEqual([null, 'elder', 'more'])
    expect(WIDTHS.mobile).toBe(390)
  })
  it('shows what a role and a step may see and change', async () => {
    expect((await show({})).textContent).toContain('甲')
    const host = await show({ role: 'clerk', step: 'accept', data: { b: '已有' } })
    expect(host.textContent).not.toContain('甲')
    expect(host.querySelector('input')?.readOnly).toBe(true)
  })
  it('listens to its own origin only', async () => {
    expect((await show({}, 'https://other.example')).textContent).toBe('')
  })
})
