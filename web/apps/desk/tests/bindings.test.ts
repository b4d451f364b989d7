import { desk, design, type RuleBindingRow } from '@tongban/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp, h, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import BindingsPage from '../src/features/design/rules/BindingsPage.vue'
import TemplateTakers from '../src/features/design/library/TemplateTakers.vue'

const stops: (() => void)[] = []
afterEach(() => { for (const stop of stops.splice(0)) stop(); vi.restoreAllMocks() })

async function show(component: Component, props: Record<string, unknown>, path: string): Promise<HTMLElement> {
  const blank = { render: () => null }
  const names = { '/design': 'design', '/design/fields': 'design-fields', '/design/settings': 'design-settings', '/design/bindings': 'design-bindings', '/design/rules/:id': 'design-rules', '/design/forms/:id': 'design-form' }
  const router = createRouter({ history: createMemoryHistory(), routes: Object.entries(names).map(([address, name]) => ({ path: address, name, component: blank })) })
  await router.push(path)
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp({ render: () => h(component, props) }).use(router)
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  return host
}
const row: RuleBindingRow = { rules_id: 'r1', rules_key: 'area', rules_name: '面积检查', version: 2, no: 1, decision: 'fits', form: 'food', form_name: '食品经营许可申请书', item: 'food-permit', channels: ['web', 'mobile'], severity: 'stop', from: '2026-12-01', until: null, message: '面积超过上限', state: 'in_force' }

// req: FORM-016
describe('the list of form checks', () => {
  it('shows each check with form, item, severity and state, asks with the conditions of the address, and can be taken away', async () => {
    vi.spyOn(design, 'definitions').mockResolvedValue({ items: [], total: 0, next: null, as_of: '2026-11-26T08:00:00Z' })
    vi.spyOn(desk, 'items').mockResolvedValue({ items: [{ slug: 'food-permit', name: '食品经营许可证核发' }], total: 1 } as never)
    const ask = vi.spyOn(design, 'bindings').mockResolvedValue({ items: [row], total: 1, next: null, as_of: '2026-11-26T08:00:00Z' })
    const host = await show(BindingsPage, {}, '/design/bindings?time=in_force&severity=stop')
    await vi.waitFor(() => expect(host.textContent).toContain('食品经营许可证核发'))
    expect(ask.mock.calls[0]?.[0]).toMatchObject({ time: 'in_force', severity: 'stop' })
    for (const text of ['面积超过上限', '面积检查', '食品经营许可申请书', '不能提交', '在用']) expect(host.textContent).toContain(text)
    expect(host.querySelector('a[download]')?.getAttribute('href')).toContain('/design/bindings/export?time=in_force&severity=stop')
  })
  it('says what to do when no rule is bound', async () => {
    vi.spyOn(design, 'definitions').mockResolvedValue({ items: [], total: 0, next: null, as_of: '2026-11-26T08:00:00Z' })
    vi.spyOn(desk, 'items').mockRejectedValue(new Error('down'))
    vi.spyOn(design, 'bindings').mockResolvedValue({ items: [], total: 0, next: null, as_of: '2026-11-26T08:00:00Z' })
    const host = await show(BindingsPage, {}, '/design/bindings')
    await vi.waitFor(() => expect(host.textContent).toContain('还没有规则绑定到表单'))
  })
})

// req: FORM-002
describe('forms that follow a template', () => {
  it('are shown with what differs, and follow on demand', async () => {
    vi.spyOn(design, 'takers').mockResolvedValueOnce({ items: [{ id: 'f1', key: 'leave', name: '请假申请', sections: ['申请人'], behind: true, has_draft: false }] }).mockResolvedValue({ items: [{ id: 'f1', key: 'leave', name: '请假申请', sections: ['申请人'], behind: false, has_draft: true }] })
    const take = vi.spyOn(design, 'takeOver').mockResolvedValue({ items: [{ id: 'f1', name: '请假申请', result: 'taken', note: '' }] })
    const host = await show(TemplateTakers, { id: 't1', edits: true }, '/design')
    await vi.waitFor(() => expect(host.textContent).toContain('和模板不一样'))
    host.querySelector<HTMLButtonElement>('.tb-card__head button')?.click()
    await vi.waitFor(() => expect(host.textContent).toContain('草稿已跟着改'))
    expect(take).toHaveBeenCalledWith('t1', ['f1'])
    expect(host.textContent).toContain('和模板一样')
  })
  it('can only be looked at by whoever may not edit', async () => {
    vi.spyOn(design, 'takers').mockResolvedValue({ items: [{ id: 'f1', key: 'leave', name: '请假申请', sections: ['申请人'], behind: true, has_draft: false }] })
    const host = await show(TemplateTakers, { id: 't1', edits: false }, '/design')
    await vi.waitFor(() => expect(host.textContent).toContain('请假申请'))
    expect(host.querySelector('button')).toBeNull()
  })
})
