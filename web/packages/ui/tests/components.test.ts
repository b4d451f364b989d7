import { createApp, h, nextTick, ref, type Component } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DateBoxes, DueDate, ErrorSummary, formatDay, formatMoment, OptionsField, StarsField, TbDialog, TbPager, TbStanding, TbWaiting, UploadField, type Deadline, type FileRef } from '../src/index.ts'

const mounted: (() => void)[] = []
afterEach(() => { mounted.splice(0).forEach(stop => stop()) })

function show(component: Component, props: Record<string, unknown>): HTMLElement {
  const host = document.body.appendChild(document.createElement('div'))
  const app = createApp({ render: () => h(component, props) })
  app.mount(host)
  mounted.push(() => { app.unmount(); host.remove() })
  return host
}

const day = (date: string, kind: 'working' | 'holiday' | 'weekend' | 'make_up', count: number | null, extra = {}) => ({ date, kind, name: kind === 'holiday' ? '中秋节' : null, count, paused: false, is_due: false, is_today: false, ...extra })
const deadline: Deadline = {
  kind: 'promise', state: 'running', due_at: null, due_date: '2026-09-29', limit: { value: 5, unit: 'working_day', text: '5 个工作日' }, used: 3, left: 2, overdue_by: 0, light: 'normal', problem: null,
  lines: [{ kind: 'start', text: '9月21日受理，从次日开始算', amount: '22 日起' }, { kind: 'due', text: '9月29日 24:00', amount: '已用 3，剩 2' }],
  days: [day('2026-09-23', 'working', 2), day('2026-09-24', 'working', 3, { is_today: true }), day('2026-09-25', 'holiday', null), day('2026-09-26', 'weekend', null), day('2026-09-28', 'working', 4), day('2026-09-29', 'working', 5, { is_due: true })],
}

// req: OPS-006
describe('TbWaiting', () => {
  it('is a bar with words while something takes long, and nothing otherwise', () => {
    const bar = show(TbWaiting, { shown: true }).firstElementChild
    expect(bar?.getAttribute('role')).toBe('status')
    expect(bar?.querySelector('progress')?.getAttribute('aria-label')).toBe('还在处理，请稍候，不用重复点')
    expect(bar?.querySelector('progress')?.hasAttribute('value')).toBe(false)
    expect(show(TbWaiting, { shown: false }).firstElementChild?.textContent).toBe('')
  })
})

// req: OPS-009
describe('TbStanding', () => {
  it('says what one can still do and that nothing is lost, and nothing when all is well', () => {
    const bar = show(TbStanding, { state: 'read_only', message: '服务器的存储写不进去了，暂时只能查看，不能提交。' }).firstElementChild
    expect(bar?.getAttribute('aria-live')).toBe('polite')
    expect(bar?.textContent).toBe('服务器的存储写不进去了，暂时只能查看，不能提交。您填的内容都在，请留在这一页，恢复后再提交。')
    expect(show(TbStanding, { state: 'down', message: 'x' }).textContent).toContain('正在恢复')
    expect(show(TbStanding, { state: 'ok', message: '' }).textContent).toBe('')
  })
})

describe('DueDate', () => {
  it('gives the answer, the strip and its sum', () => {
    vi.useFakeTimers({ now: new Date('2026-09-24T02:00:00Z') })
    const text = show(DueDate, { deadline }).textContent ?? ''
    expect(text).toContain('9月29日（周二）前')
    expect(text).toContain('还有 2 个工作日')
    const strip = document.querySelector('.tb-due__track')
    expect([...(strip?.querySelectorAll('b') ?? [])].map(b => b.textContent)).toEqual(['2', '3', '假', '休', '4', '5'])
    expect(strip?.getAttribute('aria-label')).toContain('9月25日中秋节不算')
    expect(strip?.querySelector('.is-end')?.textContent).toContain('到期')
    vi.useRealTimers()
  })
  it('never guesses when the calendar is missing', () => {
    const host = show(DueDate, { deadline: { ...deadline, due_date: null, problem: '日历未发布，暂不能算出' } })
    expect(host.querySelector('.tb-due__answer')?.textContent).toBe('日历未发布，暂不能算出')
    expect(host.querySelector('.tb-due__track')).toBeNull()
  })
  it('shows only the ledger for limits longer than a fortnight', () => {
    const days = Array.from({ length: 15 }, (_, i) => day(`2026-09-${String(i + 1).padStart(2, '0')}`, 'working', i + 1))
    expect(show(DueDate, { deadline: { ...deadline, days } }).querySelector('.tb-due__track')).toBeNull()
  })
})

describe('fields', () => {
  it('keeps what is typed in the date boxes and gives a whole date', async () => {
    const value = ref('2026-9-')
    const host = show({ setup: () => () => h(DateBoxes, { id: 'd', label: '日期', modelValue: value.value, 'onUpdate:modelValue': (v: string) => { value.value = v } }) }, {})
    const boxes = [...host.querySelectorAll('input')]
    expect(boxes.map(b => b.value)).toEqual(['2026', '9', ''])
    const last = boxes[2] as HTMLInputElement
    last.value = '1'
    last.dispatchEvent(new Event('input'))
    await nextTick()
    expect(value.value).toBe('2026-09-01')
    expect(boxes.map(b => b.value)).toEqual(['2026', '9', '1'])
  })
  it('keeps the order of the options, whatever the order of ticking', () => {
    let got: unknown
    const host = show(OptionsField, { id: 'o', label: '项目', multiple: true, options: [{ value: 'a', label: '甲' }, { value: 'b', label: '乙' }], modelValue: ['b'], 'onUpdate:modelValue': (v: unknown) => { got = v } })
    const first = host.querySelector('input') as HTMLInputElement
    first.checked = true
    first.dispatchEvent(new Event('change'))
    expect(got).toEqual(['a', 'b'])
  })
  it('links an error to its control and takes the focus', async () => {
    const host = show(ErrorSummary, { errors: [{ id: 'area', message: '填写经营场所面积' }] })
    await nextTick()
    await nextTick()
    expect(document.activeElement?.className).toBe('tb-errsum')
    expect(host.querySelector('a')?.getAttribute('href')).toBe('#area')
    expect(host.textContent).toContain('有 1 处要改')
  })
  it('names every star in words', () => {
    const host = show(StarsField, { id: 's', label: '满意吗' })
    expect([...host.querySelectorAll('input')].map(i => i.getAttribute('aria-label'))).toEqual(['1 星，非常不满意', '2 星，不满意', '3 星，基本满意', '4 星，满意', '5 星，非常满意'])
  })
})

describe('TbDialog', () => {
  it('is closed with Escape by its owner and survives the late end of the one before', async () => {
    const open = ref(true)
    const host = show({ setup: () => () => h(TbDialog, { id: 'd', title: '受理这个申请？', open: open.value, onClose: () => { open.value = false } }) }, {})
    const box = host.querySelector('dialog') as HTMLDialogElement
    const escape = new Event('cancel', { cancelable: true })
    box.dispatchEvent(escape)
    expect(escape.defaultPrevented).toBe(true)
    await nextTick()
    expect(box.open).toBe(false)
    // Opened again at once; only now the browser tells that the first one is closed.
    open.value = true
    await nextTick()
    box.dispatchEvent(new Event('close'))
    await nextTick()
    expect([open.value, box.open]).toEqual([true, true])
  })
  it('stays open when a file picker inside is cancelled', async () => {
    const closed = vi.fn()
    const host = show({ setup: () => () => h(TbDialog, { id: 'd', title: '补充文件', open: true, onClose: closed }, () => h('input', { type: 'file' })) }, {})
    host.querySelector('input')?.dispatchEvent(new Event('cancel', { bubbles: true }))
    expect(closed).not.toHaveBeenCalled()
  })
})

describe('UploadField', () => {
  const setup = (upload: (f: File, on: (n: number) => void, s: AbortSignal) => Promise<FileRef>) => {
    const files = ref<FileRef[]>([])
    const host = show({ setup: () => () => h(UploadField, { id: 'u', name: '布局图', types: ['pdf', 'jpg'], maxMb: 1, upload, modelValue: files.value, 'onUpdate:modelValue': (v: FileRef[]) => { files.value = v } }) }, {})
    const pick = async (file: File) => {
      const input = host.querySelector('input') as HTMLInputElement
      Object.defineProperty(input, 'files', { value: [file], configurable: true })
      Object.defineProperty(input, 'value', { value: '', writable: true, configurable: true })
      input.dispatchEvent(new Event('change'))
      await nextTick()
      await new Promise(r => setTimeout(r))
    }
    return { files, host, pick }
  }
  it('refuses a wrong type before sending, in plain words', async () => {
    const upload = vi.fn()
    const { host, pick } = setup(upload)
    await pick(new File(['x'], '后厨.heic'))
    expect(upload).not.toHaveBeenCalled()
    expect(host.textContent).toContain('这个格式打不开，请换成 PDF、JPG')
  })
  it('says why it failed, tries again and keeps the file that got through', async () => {
    let turn = 0
    const { files, host, pick } = setup(async f => {
      if (turn++ === 0) throw new Error('没有传上去，网络断了')
      return { id: '1', name: f.name, size: f.size, media_type: 'application/pdf' }
    })
    await pick(new File(['x'], 'a.pdf'))
    expect(host.textContent).toContain('没有传上去，网络断了')
    ;([...host.querySelectorAll('button')].find(b => b.textContent === '重试') as HTMLButtonElement).click()
    await new Promise(r => setTimeout(r))
    expect(files.value.map(f => f.name)).toEqual(['a.pdf'])
  })
  it('cancels a running upload', async () => {
    let signal: AbortSignal | undefined
    const { host, pick } = setup((_f, _on, s) => { signal = s; return new Promise(() => undefined) })
    await pick(new File(['x'], 'a.pdf'))
    expect(host.querySelector('[role=progressbar]')).not.toBeNull()
    ;([...host.querySelectorAll('button')].find(b => b.textContent === '取消') as HTMLButtonElement).click()
    await nextTick()
    expect(signal?.aborted).toBe(true)
    expect(host.querySelector('.tb-files')).toBeNull()
  })
})

describe('dates and pages', () => {
  it('writes the China day, with the year only when it is another', () => {
    vi.useFakeTimers({ now: new Date('2026-09-24T02:00:00Z') })
    expect(formatDay('2026-09-29', { weekday: true })).toBe('9月29日（周二）')
    expect(formatDay('2031-09-22')).toBe('2031年9月22日')
    expect(formatMoment('2026-09-21T16:40:00Z')).toBe('9月22日 00:40')
    vi.useRealTimers()
  })
  it('shows the range, the exact total and the pages around', () => {
    const host = show(TbPager, { page: 3, size: 10, total: 1284, href: (n: number) => `?page=${n}` })
    expect(host.textContent).toContain('第 21–30 件，共 1,284 件')
    expect([...host.querySelectorAll('li')].map(l => l.textContent)).toEqual(['上一页', '1', '2', '3', '4', '…', '129', '下一页'])
  })
})
