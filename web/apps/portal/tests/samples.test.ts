import { portal, type Drawn, type SheetPair } from '@tongban/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp, h, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import SamplePage from '../src/features/catalogue/samples/SamplePage.vue'
import SamplesPage from '../src/features/catalogue/samples/SamplesPage.vue'

const stops: (() => void)[] = []
afterEach(() => { for (const stop of stops.splice(0)) stop() })

async function show(component: Component, props: Record<string, unknown>, path: string): Promise<HTMLElement> {
  const blank = { render: () => null }
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/samples', name: 'samples', component: blank }, { path: '/samples/:slug/:material', name: 'sample', component: blank }, { path: '/items/:slug', name: 'guide', component: blank }, { path: '/:all(.*)*', component: blank }] })
  await router.push(path)
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp({ render: () => h(component, props) }).use(router)
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  return host
}

const sheet = (mark: string, value: string): Drawn => ({
  title: '申请书', mark, purpose: null, note: null, specimen: false,
  blocks: [{ kind: 'heading', text: '经营者' }, { kind: 'pairs', rows: [{ label: '名称', runs: [value ? { filled: value } : { blank: 8 }] }] }, { kind: 'choices', label: '类型', options: [{ text: '企业', picked: !!value }] }],
})
const pair = (more: Partial<SheetPair> = {}): SheetPair => ({
  item_name: '食品经营许可证核发', org_name: '市场监督管理局', name: '食品经营许可申请书', fill_notes: null, handle_item: 'new', handle_items: [{ key: 'new', name: '新办' }], blank: sheet('空白表', ''), sample: sheet('样表', '海燕小厨'),
  blank_formats: ['pdf', 'docx'], sample_formats: ['pdf'], ...more,
})

// req: FORM-023
describe('sample forms', () => {
  it('are found by name and lead to the pair', async () => {
    const ask = vi.spyOn(portal, 'sampleForms').mockResolvedValue({ items: [{ slug: 'food', item_name: '食品经营许可证核发', org_name: '市场监督管理局', material: 'm05', name: '授权委托书' }], total: 1 })
    const host = await show(SamplesPage, {}, '/samples?q=授权')
    await vi.waitFor(() => expect(host.querySelector('.pt-rows li')).not.toBeNull())
    expect(ask.mock.calls[0]?.[0]).toMatchObject({ q: '授权', offset: 0 })
    expect(host.querySelector('.pt-rows a')?.getAttribute('href')).toBe('/samples/food/m05')
  })
  it('say what to do when nothing is found', async () => {
    vi.spyOn(portal, 'sampleForms').mockResolvedValue({ items: [], total: 0 })
    const host = await show(SamplesPage, {}, '/samples?q=zzz')
    await vi.waitFor(() => expect(host.textContent).toContain('没有找到“zzz”'))
  })
  it('show the blank beside the filled one, each with a name', async () => {
    vi.spyOn(portal, 'sheetPair').mockResolvedValue(pair())
    const host = await show(SamplePage, { slug: 'food', material: 'm01' }, '/samples/food/m01')
    await vi.waitFor(() => expect(host.querySelectorAll('.ds')).toHaveLength(2))
    const [blank, filled] = host.querySelectorAll('.ds')
    expect([blank?.getAttribute('aria-label'), filled?.getAttribute('aria-label')]).toEqual(['空白表', '填好的样子'])
    expect(blank?.textContent).not.toContain('海燕小厨')
    expect(blank?.textContent).toContain('没有选')
    expect(filled?.querySelector('.ds-filled')?.textContent).toBe('海燕小厨')
    expect(host.querySelector('select'), 'one kind needs no choice').toBeNull()
  })
  it('that are only a file are offered as a file', async () => {
    vi.spyOn(portal, 'sheetPair').mockResolvedValue(pair({ blank: null, blank_formats: ['pdf'], sample: null, sample_formats: [] }))
    const host = await show(SamplePage, { slug: 'food', material: 'm01' }, '/samples/food/m01')
    await vi.waitFor(() => expect(host.textContent).toContain('空白表是一个文件'))
    expect(host.textContent).toContain('这一种还没有样表')
    expect(host.querySelector('#sp-blank')?.parentElement?.querySelector('a')?.getAttribute('href')).toContain('/items/food/materials/m01/blank?handle_item=new')
  })
})
