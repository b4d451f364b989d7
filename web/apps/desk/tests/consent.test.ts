// @vitest-environment happy-dom
import { account, ApiProblem, desk } from '@tongban/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, type App } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import ConsentPage from '../src/features/identity/consent/ConsentPage.vue'

let app: App | undefined
async function show(path: string): Promise<HTMLElement> {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/consent', component: ConsentPage }, { path: '/', component: { template: '<p />' } }] })
  await router.push(path)
  const host = document.createElement('div')
  document.body.append(host)
  app = createApp(ConsentPage)
  app.use(router).mount(host)
  return host
}
beforeEach(() => { vi.spyOn(desk, 'site').mockRejectedValue(new ApiProblem(503, { title: '没有回应。' })) })
afterEach(() => {
  app?.unmount()
  document.body.replaceChildren()
  vi.restoreAllMocks()
})

describe('consent of staff to another system (req: IDENT-006)', () => {
  const asked = {
    id: 'r', system: { app_id: 'oa', name: '办公系统', owner: '政数局', description: '' }, account_name: '陈志远', return_host: 'oa.example', expires_at: '2026-11-26T02:40:00Z',
    scopes: [{ key: 'openid', label: '账号编号', items: [], required: true }, { key: 'staff', label: '岗位和单位', items: ['岗位', '单位'], required: false }, { key: 'id_number', label: '身份证件号码', items: [], required: false }],
  }
  it('gives what is ticked: the identity number only by an own act', async () => {
    vi.spyOn(account, 'authorization').mockResolvedValue(asked)
    const approve = vi.spyOn(account, 'approve').mockRejectedValue(new ApiProblem(404, { title: '这次登录请求已经失效。' }))
    const host = await show('/consent?request=r')
    await vi.waitFor(() => expect(host.querySelectorAll('input[type=checkbox]')).toHaveLength(2))
    expect(host.querySelector('h1')?.textContent).toBe('用您的工作账号登录办公系统？')
    host.querySelector('form')?.dispatchEvent(new Event('submit'))
    expect(approve).toHaveBeenCalledWith('r', ['openid', 'staff'])
    // A request that is over can't be answered: the page says what to do instead.
    await vi.waitFor(() => expect(host.textContent).toContain('这次登录请求用不了'))
  })
  it('sends a refusal back to the system that asked', async () => {
    vi.spyOn(account, 'authorization').mockResolvedValue(asked)
    const refuse = vi.spyOn(account, 'refuse').mockRejectedValue(new ApiProblem(503, { title: '服务器没有回应。' }))
    const host = await show('/consent?request=r')
    await vi.waitFor(() => expect(host.querySelector('form')).not.toBeNull())
    const button = [...host.querySelectorAll('button')].find((each) => each.textContent?.includes('不同意'))
    button?.click()
    expect(refuse).toHaveBeenCalledWith('r')
    await vi.waitFor(() => expect(host.textContent).toContain('没有成功：服务器没有回应。'))
  })
  it('says so when there is nothing to answer', async () => {
    const look = vi.spyOn(account, 'authorization')
    const host = await show('/consent')
    expect(host.textContent).toContain('地址里没有登录请求')
    expect(look).not.toHaveBeenCalled()
  })
})
