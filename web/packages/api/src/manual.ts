/** The user manual: read by everybody, changed at the desk by version, after what users report. All throw `ApiProblem`. */
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'
import type { Page } from './types.ts'

export type ManualChapter = Narrow<Whole<S['ManualChapter']>, { changed_at: string | null }>
export type ManualView = Narrow<Whole<S['ManualView']>, { items: ManualChapter[] }>
export type ManualSide = 'portal' | 'desk' | 'both'
export type ManualChapterRow = Narrow<Whole<S['ManualChapterRow']>, { side: ManualSide; at: string | null }>
export type ManualRequest = Narrow<Whole<S['ManualRequest']>, { state: 'open' | 'done'; version: number | null }>
export type ManualVersionRow = Whole<S['ManualVersionRow']>
export type ManualChapterWhole = ManualChapterRow & { body: string; pack_title: string; pack_body: string; versions: ManualVersionRow[]; requests: ManualRequest[] }
export type ManualChapterQuery = QueryFor<'/api/v1/manual/chapters'>

const CHAPTER = '/api/v1/manual/chapters/{key}'

export const manual = {
  /** What citizens read. */
  read: (q?: string) => said<ManualView>(ask('get', '/api/v1/manual', { query: { q } })),
  /** What staff read. */
  readDesk: (q?: string) => said<ManualView>(ask('get', '/api/v1/manual/desk', { query: { q } })),
  chapters: (query: ManualChapterQuery) => said<Page<ManualChapterRow>>(ask('get', '/api/v1/manual/chapters', { query })),
  chapter: (key: string) => said<ManualChapterWhole>(ask('get', CHAPTER, { path: { key } })),
  edit: (key: string, body: S['EditManualChapter']) => said<ManualChapterWhole>(ask('put', CHAPTER, { path: { key }, body })),
  /** 0 gives the words of the content pack. */
  version: (key: string, version: number) => said<{ title: string; body: string }>(ask('get', `${CHAPTER}/versions/{version}`, { path: { key, version } })),
  restore: (key: string, body: S['RestoreManualChapter']) => said<ManualChapterWhole>(ask('post', `${CHAPTER}/restore`, { path: { key }, body })),
  mark: (question: string, body: S['MarkForManual']) => ask('post', '/api/v1/questions/{id}/manual', { path: { id: question }, body }),
  unmark: (question: string) => ask('delete', '/api/v1/questions/{id}/manual', { path: { id: question } }),
}
