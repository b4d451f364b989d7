import { portal } from '@tongban/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp, h, nextTick, reactive, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import StepFrame from '../src/features/casework/apply/StepFrame.vue'
import SignOnPage from '../src/features/identity/sign-on/SignOnPage.vue'
import LicencesPage from '../src/features/licences/mine/LicencesPage.vue'
import { codeOf } from '../src/features/licences/words.ts'

const stops: (() => void)[] = []
afterEach(() => { for (const stop of stops.splice(0)) stop() })

async function show(component: Component, props: Record<string, unknown>, path = '/'): Promise<HTMLElement> {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/verify/:code?', name: 'verify', component: { render: () => null } }, { path: '/:all(.*)*', component: { render: () => null } }] })
  await router.push(path)
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp({ render: () => h(component, props) }).use(router)
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  return host
}

describe('a step of the application', () => {
  it('says in the title of the tab that it was refused', async () => {
    const props = reactive({ store: { state: {}, draft: { value: { item: { name: '食品经营许可证核发' } } } }, step: 1, title: '资格校验', errors: [] as { message: string }[] })
    await show(StepFrame, props)
    expect(document.title).toBe('资格校验 · 食品经营许可证核发 · 通办')
    props.errors = [{ message: '选一项' }]
    await nextTick()
    await nextTick()
    expect(document.title).toBe('错误：资格校验 · 食品经营许可证核发 · 通办')
  })
})

describe('coming back from the province without a sign-in', () => {
  it.each([['refused', '没有登录成功，可以再试一次。'], ['over', '10 分钟']])('%s: says what happened and offers another try', async (failed, words) => {
    const host = await show(SignOnPage, {}, `/sign-in?failed=${failed}`)
    expect(host.textContent).toContain(words)
    expect(host.querySelector('a.tb-btn--primary')?.getAttribute('href')).toContain('/api/v1/portal/sign-on')
  })
})

describe('my licences', () => {
  it('names the day in China and leads to the verdict about this very licence', async () => {
    vi.useFakeTimers({ now: new Date('2026-11-26T02:00:00Z'), toFake: ['Date'] })
    // A quarter to eight in the morning in China is still yesterday in UTC.
    const licence = { id: 'l', name: '食品经营许可证', number: '4499022026000002', identifier: '1.2.156.3005.2', verify_url: 'http://here/verify/7KQ2M9', holder_name: '海燕小厨', state: 'valid', state_label: '有效', issued_at: '2026-11-25T23:45:00Z', expires_at: null }
    vi.spyOn(portal, 'myLicences').mockResolvedValue({ items: [licence], total: 1 } as never)
    const host = await show(LicencesPage, {})
    await vi.waitFor(() => expect(host.querySelector('.lc li')).not.toBeNull())
    expect(host.querySelector('.lc .tb-meta')?.textContent).toContain('11月26日签发')
    const [get, verify] = host.querySelectorAll('.lc-foot a')
    expect(get?.hasAttribute('download')).toBe(true)
    expect(verify?.getAttribute('href')).toBe('/verify/7KQ2M9')
    vi.useRealTimers()
  })
})

describe('the code of a licence', () => {
  it('is the last part of the address in its QR code', () => {
    expect(codeOf('https://www.example.gov.cn/verify/7KQ2M9')).toBe('7KQ2M9')
    expect(codeOf('http://127.0.0.1:8080/city/verify/7KQ2M9/')).toBe('7KQ2M9')
  })
})
