import { ApiProblem, citizen, call, onSignedOut, portal, tickets } from '@tongban/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, h, nextTick, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import ArrivePage from '../src/features/identity/arrive/ArrivePage.vue'
import ConsentPage from '../src/features/identity/consent/ConsentPage.vue'
import EnterpriseSignInPage from '../src/features/identity/enterprise/EnterpriseSignInPage.vue'
import RealNameCard from '../src/features/identity/account/RealNameCard.vue'
import { returnPath } from '../src/features/identity/return.ts'
import { routes } from '../src/router.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  vi.restoreAllMocks()
})

async function show(component: Component, path: string, props: Record<string, unknown> = {}): Promise<HTMLElement> {
  const blank = { render: () => null }
  const router = createRouter({ history: createMemoryHistory(), routes: routes.map(r => ({ path: r.path, name: r.name, component: blank })) as never })
  await router.push(path)
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp({ render: () => h(component, props) }).use(router)
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  return host
}
const type = (host: HTMLElement, id: string, value: string) => {
  const field = host.querySelector<HTMLInputElement>(`#${id}`)
  if (!field) throw new Error(id)
  field.value = value
  field.dispatchEvent(new Event('input'))
}

describe('where one goes after signing in', () => {
  it('stays on this site', () => {
    expect(['/my/grants', '//evil.example', '/\\evil.example', 'https://evil.example', undefined].map(p => returnPath(p))).toEqual(['/my/grants', '/my/cases', '/my/cases', '/my/cases', '/my/cases'])
    expect(returnPath('/oauth/continue?request=1')).toBe('/oauth/continue?request=1')
  })
})

describe('consent to another system (req: IDENT-006)', () => {
  const asked = { id: 'r', system: { app_id: 'xcj', name: '星辰学校', owner: '教育局', description: '' }, account_name: '王海燕', return_host: 'xcj.example', expires_at: '2026-11-26T02:40:00Z',
    scopes: [{ key: 'openid', label: '账号编号', items: [], required: true }, { key: 'profile', label: '姓名和称呼', items: [], required: false }, { key: 'id_number', label: '身份证件号码', items: [], required: false }] }
  it('gives what is ticked: the identity number only by an own act', async () => {
    vi.spyOn(citizen, 'authorization').mockResolvedValue(asked)
    const approve = vi.spyOn(citizen, 'approve').mockRejectedValue(new ApiProblem(404, { title: '这次登录请求已经失效。' }))
    const host = await show(ConsentPage, '/consent?request=r')
    await vi.waitFor(() => expect(host.querySelectorAll('input[type=checkbox]')).toHaveLength(2))
    host.querySelector('form')?.dispatchEvent(new Event('submit'))
    expect(approve).toHaveBeenCalledWith('r', ['openid', 'profile'])
    // A request that is over can't be answered: the page says what to do instead.
    await vi.waitFor(() => expect(host.querySelector('h1')?.textContent).toBe('这次登录请求用不了'))
  })
  it('says so when there is nothing to answer', async () => {
    const host = await show(ConsentPage, '/consent')
    expect(host.querySelector('h1')?.textContent).toBe('这次登录请求用不了')
  })
})

describe('sign-in of an enterprise (req: IDENT-002)', () => {
  it('tells the refusal of the server at its place, asks a new sum and keeps the code', async () => {
    const captcha = vi.spyOn(portal, 'captcha').mockResolvedValue({ id: 'c', question: '七加二等于几？' } as never)
    vi.spyOn(citizen, 'signInEnterprise').mockRejectedValue(new ApiProblem(422, { title: '有地方要改', errors: [{ pointer: '/captcha_answer', code: 'captcha_wrong', message: '答案不对' }] }))
    const host = await show(EnterpriseSignInPage, '/enterprise/sign-in')
    await vi.waitFor(() => expect(host.textContent).toContain('七加二'))
    type(host, 'code', '92449902MA9900KX9E')
    type(host, 'password', 'Hai-Yan-2026')
    type(host, 'captcha', '8')
    await nextTick()
    host.querySelector('form')?.dispatchEvent(new Event('submit'))
    await vi.waitFor(() => expect(host.querySelector('#captcha-error')?.textContent).toContain('答案不对'))
    await vi.waitFor(() => expect(captcha).toHaveBeenCalledTimes(2))
    expect(host.querySelector<HTMLInputElement>('#code')?.value).toBe('92449902MA9900KX9E')
    expect(document.title).toMatch(/^错误：/)
  })
  it('a refused password ends nobody’s session', async () => {
    const ended = vi.fn()
    stops.push(onSignedOut(ended))
    vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response('{"title":"口令不对"}', { status: 401, headers: { 'content-type': 'application/problem+json' } })))
    await expect(citizen.signInEnterprise({ captcha_id: 'c', captcha_answer: '9', code: 'x', password: 'y' })).rejects.toThrow('口令不对')
    expect(ended).not.toHaveBeenCalled()
    await expect(call('get', 'http://here/api/v1/portal/me')).rejects.toThrow()
    expect(ended).toHaveBeenCalledTimes(1)
  })
})

describe('real name (req: IDENT-003)', () => {
  const answer = (state: string, reason = '') => ({ state, state_label: state, reason, submitted_at: '2026-11-25T01:00:00Z', decided_at: null, may_file: false, can_apply: state === 'none' || state === 'failed' }) as never
  it('says why it failed and lets one try again', async () => {
    vi.spyOn(citizen, 'realName').mockResolvedValue(answer('failed', '姓名和身份证号码不一致'))
    const host = await show(RealNameCard, '/my/account', { known: false })
    await vi.waitFor(() => expect(host.textContent).toContain('没有通过：姓名和身份证号码不一致'))
    expect(host.querySelector('#real-id')).not.toBeNull()
  })
  it('waits without a form while it is looked at', async () => {
    vi.spyOn(citizen, 'realName').mockResolvedValue(answer('pending'))
    const host = await show(RealNameCard, '/my/account', { known: false })
    await vi.waitFor(() => expect(host.textContent).toContain('正在审核'))
    expect(host.querySelector('form')).toBeNull()
  })
})

describe('coming from another portal (req: IDENT-010, IDENT-009)', () => {
  beforeEach(() => { vi.spyOn(portal, 'me').mockRejectedValue(new ApiProblem(401, { title: '请先登录' })) })
  afterEach(() => sessionStorage.clear())
  it('leads on to the page of this site once signed in', async () => {
    const arrive = vi.spyOn(tickets, 'arrive').mockResolvedValue({ state: 'arrived', to: '/items/food', system_name: '省政务服务网', person: '王**', pending: null, external_name: null })
    const host = await show(ArrivePage, '/arrive?ticket=a.b&to=/items/food')
    await vi.waitFor(() => expect(arrive).toHaveBeenCalledWith('a.b', '/items/food'))
    expect(host.querySelector('[role=status] h1')?.textContent).toBe('正在核对您的登录')
  })
  it('never asks for a page of another site', async () => {
    const arrive = vi.spyOn(tickets, 'arrive').mockResolvedValue({ state: 'arrived', to: '/', system_name: '', person: '', pending: null, external_name: null })
    await show(ArrivePage, '/arrive?ticket=a.b&to=//evil.example')
    await vi.waitFor(() => expect(arrive).toHaveBeenCalledWith('a.b', '/'))
  })
  it('says why somebody was not let in, and the way out', async () => {
    vi.spyOn(tickets, 'arrive').mockRejectedValue(new ApiProblem(403, { code: 'ticket_replayed', title: '这个链接已经用过一次，不能再用。', detail: '请回到原来的门户，重新点一次。' }))
    const host = await show(ArrivePage, '/arrive?ticket=a.b&to=/my/cases')
    await vi.waitFor(() => expect(host.querySelector('h1')?.textContent).toBe('这个链接已经用过一次，不能再用。'))
    expect(host.textContent).toContain('重新点一次')
    expect([...host.querySelectorAll('a')].map(a => a.getAttribute('href'))).toContain('/sign-in?return_to=/my/cases')
  })
  it('asks an enterprise for code and password, and keeps the question over a sign-in elsewhere', async () => {
    const asked = { state: 'account_needed' as const, to: '/items/food', system_name: '省政务服务网', person: '', pending: 'p', external_name: '海燕小厨' }
    vi.spyOn(tickets, 'arrive').mockResolvedValue(asked)
    vi.spyOn(portal, 'captcha').mockResolvedValue({ id: 'c', question: '一加一等于几？' })
    const showAccount = vi.spyOn(tickets, 'showAccount').mockRejectedValue(new ApiProblem(401, { code: 'sign_in_failed', title: '代码或口令不对，没有登录。' }))
    const host = await show(ArrivePage, '/arrive?ticket=a.b&to=/items/food')
    await vi.waitFor(() => expect(host.querySelector('#code')).not.toBeNull())
    expect(host.textContent).toContain('海燕小厨')
    host.querySelector('form')?.dispatchEvent(new Event('submit'))
    await nextTick()
    expect(host.querySelector('.tb-errsum')?.textContent).toContain('填写口令')
    await vi.waitFor(() => expect(host.textContent).toContain('一加一等于几'))
    for (const [id, value] of [['code', '92449902MA9900KX9E'], ['password', 'guessed'], ['captcha', '2']] as const) type(host, id, value)
    host.querySelector('form')?.dispatchEvent(new Event('submit'))
    await vi.waitFor(() => expect(host.querySelector('.tb-errsum')?.textContent).toContain('代码或口令不对'))
    expect(showAccount).toHaveBeenCalledWith({ captcha_id: 'c', captcha_answer: '2', pending: 'p', code: '92449902MA9900KX9E', password: 'guessed' })
    expect(JSON.parse(sessionStorage.getItem('tongban.arrival') ?? '{}')).toMatchObject({ pending: 'p' })
  })
})
