import type { StaffMe } from '@tongban/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, h, nextTick, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import DeskRail from '../src/app/DeskRail.vue'
import JumpDialog from '../src/app/JumpDialog.vue'
import { offered } from '../src/app/pages.ts'
import { all, FEW, forget, isOpen, matching, setOpen } from '../src/app/rail.ts'
import { session } from '../src/app/session.ts'
import { shell } from '../src/messages/index.ts'

const MANY = ['workbench.read', 'task.list', 'case.list', 'case.intake', 'case.deliver', 'board.read', 'supervision.read', 'audit.read', 'log.read', 'risk.read', 'protection.read', 'key.read', 'privacy.read', 'org.read', 'staff.read', 'role.read', 'system.read', 'exchange.read', 'item.read', 'design.read', 'calendar.read']
const as = (...permissions: string[]) => { session.me = { permissions } as unknown as StaffMe }
const stops: (() => void)[] = []
let width = 1440

beforeEach(() => {
  forget()
  width = 1440
  vi.stubGlobal('matchMedia', (query: string) => {
    const most = Number(/max-width: (\d+)px/.exec(query)?.[1] ?? 0)
    return { matches: width <= most, addEventListener: () => undefined, removeEventListener: () => undefined }
  })
})
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  vi.unstubAllGlobals()
  session.me = null
})

async function show(component: Component, props: object) {
  const host = document.body.appendChild(document.createElement('div'))
  const page = { render: () => null }
  const groups = offered().flatMap((group) => group.entries)
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', name: 'start', component: page }, { path: '/t/:table', name: 'table', component: page }, ...groups.map((entry) => ({ path: `/${entry.name}`, name: entry.name, component: page }))] })
  await router.push('/')
  const app = createApp({ render: () => h(component, props) })
  app.use(router).mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  await nextTick()
  const get = (selector: string) => {
    const element = host.querySelector<HTMLElement>(selector)
    if (!element) throw new Error(`no ${selector}`)
    return element
  }
  return { host, router, get, links: () => [...host.querySelectorAll<HTMLElement>('ul')].filter((list) => list.style.display !== 'none').flatMap((list) => [...list.querySelectorAll('a')].map((link) => link.textContent?.trim() ?? '')) }
}
const rail = (current: string, more: object = {}) => show(DeskRail, { groups: offered(), tables: [], current, barred: new Set(), todo: 3, slim: false, phone: false, ...more })
const heading = (host: HTMLElement, title: string) => [...host.querySelectorAll<HTMLElement>('h2 button')].find((button) => button.textContent?.includes(title))

describe('the groups of the rail', () => {
  it('all stand open for whoever has few pages', async () => {
    as('workbench.read', 'task.list', 'item.read', 'calendar.read')
    const { host, links } = await rail('workbench')
    expect(links()).toHaveLength(4)
    expect([...host.querySelectorAll('h2 button')].map((button) => button.getAttribute('aria-expanded'))).toEqual(['true', 'true'])
  })
  it('of a long rail, the daily work and the group of the open page stand open', async () => {
    as(...MANY)
    expect(offered().flatMap((group) => group.entries).length).toBeGreaterThan(FEW)
    const { host, links } = await rail('roles')
    expect(links()).toContain('待办3 件')
    expect(links()).toContain('岗位和权限')
    expect(links()).not.toContain('审计')
    expect(heading(host, '安全')?.getAttribute('aria-expanded')).toBe('false')
    expect(host.querySelector('a[aria-current="page"]')?.textContent).toContain('岗位和权限')
  })
  it('open and close by their heading, and stay so', async () => {
    as(...MANY)
    const first = await rail('workbench')
    const button = heading(first.host, '安全')
    const list = document.getElementById(button?.getAttribute('aria-controls') ?? '')
    expect(list?.style.display).toBe('none')
    button?.click()
    await nextTick()
    expect([button?.getAttribute('aria-expanded'), list?.style.display]).toEqual(['true', ''])
    heading(first.host, '办件')?.click()
    await nextTick()
    const again = await rail('workbench')
    expect(again.links()).toContain('审计')
    expect(again.links()).not.toContain('工作台')
    expect(JSON.parse(localStorage.getItem('tongban.desk.rail') ?? '')).toEqual({ groupSecurity: true, groupCases: false })
  })
  it('open all at once', async () => {
    as(...MANY)
    const { host, links } = await rail('workbench')
    const open = [...host.querySelectorAll('button')].find((button) => button.textContent?.includes('全部展开'))
    open?.click()
    await nextTick()
    expect(links()).toHaveLength(offered().flatMap((group) => group.entries).length)
    expect(open?.textContent).toContain('全部收起')
  })
  it('do not fold where there is room for icons only', async () => {
    as(...MANY)
    width = 1024
    const { host, links } = await rail('workbench')
    expect(host.querySelector('h2 button')).toBeNull()
    expect(links()).toContain('审计')
  })
  it('follow what the person chose, whatever the rule says', () => {
    const long = { daily: false, here: true, entries: 40 }
    expect(isOpen('x', long)).toBe(true)
    setOpen('x', false)
    expect(isOpen('x', long)).toBe(false)
    forget()
    expect(isOpen('x', { ...long, here: false })).toBe(false)
  })
})

describe('finding a page', () => {
  const pages = () => all(offered(), [{ title: '台账', entries: [{ key: 'visits', title: '走访登记' }] }], shell)
  const labels = (typed: string) => matching(pages(), typed).map((page) => page.label)

  it('puts names that begin with the words first, then those that contain them, then those with the same characters', () => {
    as(...MANY)
    expect(labels('督')[0]).toBe('督办')
    expect(labels('日历')).toEqual(['工作日历'])
    expect(labels('岗权')).toEqual(['岗位和权限'])
    expect(labels('走访')).toEqual(['走访登记'])
    expect(labels('没有这样的功能')).toEqual([])
    expect(labels(' ')).toHaveLength(pages().length)
  })
  it('finds the pages of a group by its name', () => {
    as('audit.read', 'log.read', 'calendar.read')
    expect(labels('安全')).toEqual(['审计', '日志'])
  })
  it('opens what was chosen with the arrow keys', async () => {
    as(...MANY)
    let closed = 0
    const { get, router, host } = await show(JumpDialog, { open: true, pages: pages(), onClose: () => { closed += 1 } })
    const box = get('input') as HTMLInputElement
    box.value = '安全'
    box.dispatchEvent(new Event('input'))
    await nextTick()
    box.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown' }))
    await nextTick()
    const chosen = host.querySelector('[aria-selected="true"]')
    expect([box.getAttribute('aria-activedescendant'), chosen?.textContent]).toEqual([chosen?.id, expect.stringContaining('日志')])
    box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))
    await vi.waitFor(() => { expect(router.currentRoute.value.name).toBe('logs') })
    expect(closed).toBe(1)
  })
  it('says so when no page has the name', async () => {
    as('audit.read')
    const { get } = await show(JumpDialog, { open: true, pages: pages() })
    const box = get('input') as HTMLInputElement
    box.value = '不存在'
    box.dispatchEvent(new Event('input'))
    await nextTick()
    expect(get('[role="status"]').textContent).toContain('没有这个名字的功能')
    expect(box.getAttribute('aria-expanded')).toBe('false')
  })
})
