import { papersApi, type PrintChoice } from '@tongban/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp, h, nextTick } from 'vue'
import PrintList from '../src/features/casework/case/PrintList.vue'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  vi.restoreAllMocks()
})
async function show(props: { id: string; draft?: boolean }, answer: () => Promise<PrintChoice[]>): Promise<HTMLElement> {
  vi.spyOn(papersApi, 'mine').mockImplementation(answer)
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp({ render: () => h(PrintList, props) })
  app.mount(host)
  stops.push(() => { app.unmount(); host.remove() })
  await vi.waitFor(() => expect(papersApi.mine).toHaveBeenCalledWith(props.id))
  await nextTick()
  await nextTick()
  return host
}
const papers: PrintChoice[] = [
  { id: 'application', title: '申请书', formats: ['pdf'], values_only: false, stamp: false },
  { id: 'p1', title: '纸质申请表', formats: ['pdf', 'docx'], values_only: false, stamp: false },
]
const hrefs = (host: HTMLElement) => [...host.querySelectorAll('a')].map((a) => a.getAttribute('href'))

// req: FORM-022
describe('the papers of an own case', () => {
  it('are previewed before they are handed in, and not taken away unfinished', async () => {
    const host = await show({ id: 'c1', draft: true }, async () => papers)
    expect(host.textContent).toContain('打印件预览')
    expect(hrefs(host)).toEqual(['application', 'p1'].map((paper) => `/api/v1/my/cases/c1/prints/${paper}?format=pdf`))
  })
  it('are printed or saved afterwards', async () => {
    const host = await show({ id: 'c1' }, async () => papers)
    expect(hrefs(host)).toContain('/api/v1/my/cases/c1/prints/p1?format=docx')
    for (const link of host.querySelectorAll('a')) expect(link.textContent).toMatch(/申请书|申请表/)
  })
  it('say why they can not be listed', async () => {
    const host = await show({ id: 'c1' }, async () => { throw new Error('断网') })
    await vi.waitFor(() => expect(host.textContent).toContain('暂时列不出打印件'))
  })
})
