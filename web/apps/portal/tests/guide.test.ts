import type { Guide } from '@tongban/api'
import { texts } from '@tongban/ui'
import { afterEach, describe, expect, it } from 'vitest'
import { createApp, h, type Component } from 'vue'
import GuideMaterials from '../src/features/catalogue/guide/GuideMaterials.vue'
import GuideMore from '../src/features/catalogue/guide/GuideMore.vue'
import GuidePlaces from '../src/features/catalogue/guide/GuidePlaces.vue'
import { guide as en } from '../src/messages/en/guide.ts'
import { guide as zh } from '../src/messages/zh-CN/guide.ts'

const stops: (() => void)[] = []
afterEach(() => { for (const stop of stops.splice(0)) stop() })
const t = texts(zh, en)

function show(component: Component, props: Record<string, unknown>): HTMLElement {
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp({ render: () => h(component, { t, ...props }) })
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  return host
}

const material = (more: Record<string, unknown>) => ({ key: 'm', name: '承诺书', order: 1, original_copies: 1, photo_copies: 0, necessity: '1', necessity_label: '必要', file_types: ['pdf'], hand_in: ['online'], handle_items: [], review_points: [], generated: false, sampled: [], blank_form: null, blank_formats: [], blank_form_name: null, sample: null, sample_formats: [], sample_note: null, producer: null, fill_notes: null, exempt_note: null, ...more })
const materials = (...list: Record<string, unknown>[]) => show(GuideMaterials, { guide: { materials: list.map(material) } as unknown as Guide, resolution: undefined, handleItem: 'new', unanswered: 0 })
const hrefs = (host: HTMLElement) => [...host.querySelectorAll('.gd-get a')].map(a => a.getAttribute('href'))

describe('the materials of a guide', () => {
  /** req: PORTAL-009 */
  it('lead to the empty form and the sample, each to print and to edit', () => {
    const host = materials({ blank_form: '/api/v1/items/x/materials/m/blank', blank_formats: ['pdf', 'docx'], sample: '/api/v1/items/x/materials/m/sample', sample_formats: ['pdf', 'docx'] })
    expect(hrefs(host)).toEqual(['sample', 'blank'].flatMap(which => [`/api/v1/items/x/materials/m/${which}?handle_item=new`, `/api/v1/items/x/materials/m/${which}?handle_item=new&format=docx`]))
    for (const a of host.querySelectorAll('.gd-get a')) expect(a.getAttribute('aria-label')).toContain('承诺书')
  })

  /** req: PORTAL-009 */
  it('say who issues what others issue, and offer no file to edit where there is none', () => {
    const host = materials({ producer: '公安机关', sample: '/api/v1/items/x/materials/m/sample', sample_formats: ['pdf'] }, { key: 'n', producer: '民政部门', sample_note: '小本，有照片。' }, { key: 'o', blank_form: '/api/v1/items/x/materials/o/blank', blank_formats: ['docx'] })
    expect(host.textContent).toContain('由公安机关出具。')
    expect(host.textContent).toContain('小本，有照片。')
    expect(hrefs(host)).toEqual(['/api/v1/items/x/materials/m/sample?handle_item=new', '/api/v1/items/x/materials/o/blank?handle_item=new'])
  })
})

describe('the places of a guide', () => {
  const phone = { way: 'phone', text: '工作日打电话约时间。', phone: '0679-8810100', url: null }
  const place = (name: string, more: Record<string, unknown> = {}) => ({ name, address: '一路 1 号', hours: '工作日', phone: '0679-1', windows: ['1'], terminal: false, all_day: false, region: '449902000000', location: null, traffic: null, booking: [], ...more })
  const places = (booking: unknown[], ...list: unknown[]) => show(GuidePlaces, { guide: { booking, places: list } as unknown as Guide, regions: [] })

  /** req: PORTAL-009 */
  it('say honestly that there is no booking on the web, and how to book instead', () => {
    const host = places([phone], place('大厅', { booking: [phone] }), place('镇上', { booking: [{ ...phone, text: '找村代办员约时间。' }] }))
    expect(host.querySelector('#book')?.textContent).toContain('网上预约还没有开通')
    expect(host.querySelector('#book a')?.getAttribute('href')).toBe('tel:0679-8810100')
    const [hall, town] = host.querySelectorAll('#places li')
    expect(hall?.textContent, 'what stands above is not said again').not.toContain('打电话约时间')
    expect(town?.textContent).toContain('找村代办员约时间')
    const web = places([{ way: 'web', text: '网上约', phone: null, url: 'https://example.cn' }], place('大厅'))
    expect(web.querySelector('#book')?.textContent).not.toContain('还没有开通')
  })

  /** req: PORTAL-009 */
  it('tell the way and mark terminals that never close', () => {
    const host = places([phone], place('自助区', { terminal: true, all_day: true, windows: [], traffic: '东门进。' }), place('自助机', { terminal: true, windows: [] }))
    const [always, daily] = host.querySelectorAll('#places li')
    expect(always?.textContent).toContain('24 小时自助')
    expect(always?.textContent).toContain('怎么去：东门进。')
    expect(daily?.textContent).toContain('自助机')
    expect(daily?.textContent).not.toContain('24 小时')
  })
})

describe('the rest of a guide', () => {
  /** req: PORTAL-009 */
  it('shows every published element, those few people look for folded away', () => {
    const limit = (text: string) => ({ value: 1, unit: 'working_day', text })
    const guide = {
      conditions: [{ key: 'c', text: '年满 18 周岁', handle_items: [] }], process: [{ name: '申请', role: '申请人', limit: null, output: '回执' }], special_procedures: [{ key: 's', name: '听证', note: '另行告知。' }],
      facts: { promise: limit('3 个工作日'), promise_note: '承诺说明', legal: limit('30 个工作日'), legal_note: '法定说明', fee_text: '登记费：每件 80 元', results: [{ name: '证书', validity: '5 年', kind_label: '证照' }, { name: '不予决定书', validity: null, kind_label: '批文' }] },
      tolerance: { supported: true, days: 5 }, commitment: { supported: true, kind: '承诺内容' }, service_objects: ['自然人'], channels: ['网上'], handle_area: '全市', quantity_limit: '无', legal_basis: [{ title: '某法', article: '第一条', doc_no: '第 1 号', kind: '法律' }],
      remedies: { review: '复议机关', lawsuit: '人民法院' }, complaint_phone: '12345', codes: { basic: '440131004000', task: '11449902MB9900128N4440131004000', local: 'D-1' }, rights: ['知道要等多久'], duties: ['如实填写'], faq: [{ q: '问', a: '答' }],
      item_type_label: '公共服务', service_field: '社会保障', case_type_label: '承诺件', level_label: '县级', region_name: '示例区', joint_bodies: [{ name: '税务局' }], acceptance: limit('2 个工作日'), online_depth_label: '全程网办', handle_forms: ['窗口'], approval_form_label: '独立办理', fees: { charge: true, basis: '某通知', items: [] }, intermediary: ['测绘'], business_system: '登记系统',
    } as unknown as Guide
    const text = show(GuideMore, { guide, handleItem: 'new' }).textContent ?? ''
    for (const shown of ['年满 18 周岁', '申请', '另行告知', '承诺说明', '法定说明', '30 个工作日', '每件 80 元', '某通知', '证书（有效 5 年）', '不予决定书', '5 个工作日内补齐', '承诺内容', '自然人', '网上', '全市', '《某法》第一条（第 1 号）', '复议机关', '人民法院', '12345', '440131004000', '11449902MB9900128N4440131004000', 'D-1', '知道要等多久', '如实填写', '答', '公共服务，社会保障', '承诺件', '县级，示例区', '税务局', '2 个工作日', '全程网办', '窗口', '独立办理', '测绘', '登记系统']) expect(text, shown).toContain(shown)
    const free = show(GuideMore, { guide: { ...guide, fees: { charge: false, basis: null, items: [] }, intermediary: [] }, handleItem: 'new' }).textContent ?? ''
    expect(free, 'what there is not is left out').not.toMatch(/收费依据|中介服务/)
  })
})
