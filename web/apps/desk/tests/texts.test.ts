import { ApiProblem, desk, ways } from '@tongban/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { session } from '../src/app/session.ts'
import TextPage from '../src/features/casework/texts/TextPage.vue'

const text = { key: 'submitted', title: '已提交', condition: '', channels: ['sms', 'in_app'], sms: '{item_name}', in_app: '{item_name}', pack_sms: '', pack_in_app: '', values: [], edited: false, version: 0, by: '', at: null, versions: [] }
const stops: (() => void)[] = []
let before: typeof session.me
beforeEach(() => { before = session.me })
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  session.me = before
  vi.restoreAllMocks()
})

async function show(permissions: string[]): Promise<HTMLElement> {
  session.me = { permissions } as unknown as typeof session.me
  vi.spyOn(ways, 'messageText').mockResolvedValue(text as unknown as Awaited<ReturnType<typeof ways.messageText>>)
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', name: 'messageTexts', component: { template: '<p />' } }] })
  await router.push('/')
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp(TextPage, { textKey: 'submitted' })
  app.use(router).mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  await vi.waitFor(() => expect(host.querySelector('#mt-p')).not.toBeNull())
  return host
}
const look = (host: HTMLElement) => [...host.querySelectorAll('button')].find((each) => each.textContent?.includes('看看效果'))?.click()

describe('the preview of a message text (req: CASE-031)', () => {
  it('is filled from a case that was chosen, and names what that case does not say', async () => {
    vi.spyOn(desk, 'cases').mockResolvedValue({ items: [{ case_number: '44990220260921000000000123', item_name: '食品经营许可证核发' }], total: 1, next: null, as_of: '', counts: {} } as unknown as Awaited<ReturnType<typeof desk.cases>>)
    const asked = vi.spyOn(ways, 'previewMessageText').mockResolvedValue({ sms: '【通办】食品', sms_length: 6, in_app: '食品', from_samples: ['金额'] })
    const host = await show(['message_text.edit', 'case.read', 'case.list'])
    const box = host.querySelector<HTMLInputElement>('#mt-case')!
    box.focus()
    box.value = '0123'
    box.dispatchEvent(new Event('input'))
    // While nothing has been found, the list says so in an entry that can not be taken.
    const offered = () => host.querySelector<HTMLElement>('[role="option"]:not([aria-disabled])')
    await vi.waitFor(() => expect(offered()).not.toBeNull(), { timeout: 2_000 })
    offered()?.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }))
    await vi.waitFor(() => expect(box.value).toContain('44990220260921000000000123'))
    look(host)
    await vi.waitFor(() => expect(host.textContent).toContain('这个办件现在还没有的内容按示例填：金额。'))
    expect(asked.mock.calls[0]?.[1]).toMatchObject({ case_number: '44990220260921000000000123' })
  })

  it('offers no case to who may not see cases, and says why a case can not be taken', async () => {
    const asked = vi.spyOn(ways, 'previewMessageText').mockRejectedValue(new ApiProblem(422, { title: '有 1 处要改', errors: [{ pointer: '/case_number', code: 'unknown', message: '没有这个办件，或者不在您能看的范围，请重新选。' }] }))
    const host = await show(['message_text.edit'])
    expect(host.querySelector('#mt-case')).toBeNull()
    look(host)
    await vi.waitFor(() => expect(host.querySelector('[role="alert"]')?.textContent).toContain('不在您能看的范围'))
    expect(asked.mock.calls[0]?.[1]).toMatchObject({ case_number: null })
  })
})
