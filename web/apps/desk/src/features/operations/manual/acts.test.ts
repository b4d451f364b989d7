import { manual, type ManualChapterWhole, type Question } from '@tongban/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { chapterChoices, mark, restore, says, saysOwn } from './acts.ts'

afterEach(() => vi.restoreAllMocks())
const view = (...titles: [string, string][]) => ({ items: titles.map(([key, title]) => ({ key, title, body: '', version: 0, changed_at: null })), revision: 0, changes: [] })
const report = (over: object | null) => ({ id: 'q1', manual: over && { chapter: 'apply', title: '网上申请', side: 'portal', note: '写明大小', version: null, done_at: null, ...over } }) as unknown as Question

describe('the manual at the desk (req: OPS-037)', () => {
  it('offers the chapters of both sides, each once', async () => {
    vi.spyOn(manual, 'read').mockResolvedValue(view(['apply', '网上申请'], ['report', '反映问题']))
    vi.spyOn(manual, 'readDesk').mockResolvedValue(view(['report', '反映问题'], ['desk-case', '办理办件']))
    expect((await chapterChoices()).map((each) => each.value)).toEqual(['apply', 'report', 'desk-case'])
  })
  it('marks a report and begins with what was said before', async () => {
    const sent = vi.spyOn(manual, 'mark').mockResolvedValue(undefined as never)
    const spec = mark(report({ state: 'open' }), [{ value: 'apply', label: '网上申请' }])
    expect(spec.fields.map((field) => ('value' in field ? field.value : null))).toEqual(['apply', '写明大小'])
    await spec.run({ chapter: 'apply', note: '写明照片大小' }, 'key')
    expect(sent).toHaveBeenCalledWith('q1', { chapter: 'apply', note: '写明照片大小' })
  })
  it('restores over the version that was seen, with a reason', async () => {
    const sent = vi.spyOn(manual, 'restore').mockResolvedValue({} as ManualChapterWhole)
    await restore({ key: 'apply', version: 3 } as ManualChapterWhole, 0).run({ reason: ' 原来的更清楚 ' }, 'key')
    expect(sent).toHaveBeenCalledWith('apply', { version: 3, to: 0, reason: '原来的更清楚' })
  })
  it('tells colleagues what is to be changed, and who reported that it was', () => {
    expect(says(report({ state: 'open' }))).toContain('写明大小')
    expect(says(report({ state: 'done', version: 2 }))).toContain('第 2 版')
    expect(saysOwn(report({ state: 'open' }))).not.toContain('写明大小')
    expect(saysOwn(report({ state: 'done', version: 2 }))).toContain('网上申请')
    expect(saysOwn(report(null))).toBe('')
  })
})
