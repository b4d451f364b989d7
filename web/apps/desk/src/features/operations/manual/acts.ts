/** Marking a report for a chapter, restoring a version: described dialogs; what a mark says in words. */
import { manual, type ManualChapterWhole, type Question } from '@tongban/api'
import { manual as t } from '../../../messages/manual.ts'
import type { Choice, DialogSpec } from '../../../parts/dialog.ts'

/** Chapters of both sides, each once, in the order of the manual. */
export async function chapterChoices(): Promise<Choice[]> {
  const [portal, desk] = await Promise.all([manual.read(), manual.readDesk()])
  const found = new Map<string, Choice>()
  for (const [side, view] of [['portal', portal], ['desk', desk]] as const) {
    for (const one of view.items) if (!found.has(one.key)) found.set(one.key, { value: one.key, label: `${t(side)}：${one.title}` })
  }
  return [...found.values()]
}

export const mark = (one: Question, chapters: Choice[]): DialogSpec => ({
  title: t('markTitle'), text: t('markText'), submit: t('markSubmit'), done: t('marked'),
  fields: [
    { kind: 'select', key: 'chapter', label: t('markChapter'), value: one.manual?.chapter, options: chapters },
    { kind: 'textarea', key: 'note', label: t('markNote'), hint: t('markNoteHint'), value: one.manual?.note ?? '' },
  ],
  run: (values) => manual.mark(one.id, { chapter: String(values.chapter ?? ''), note: String(values.note ?? '') }),
})

export const unmark = (one: Question): DialogSpec => ({
  title: t('unmark'), text: t('unmarkText'), submit: t('unmark'), done: t('unmarked'), fields: [],
  run: () => manual.unmark(one.id),
})

/** `to` 0 gives the chapter back to the words of the content pack. */
export const restore = (chapter: ManualChapterWhole, to: number): DialogSpec => ({
  title: to ? t('restoreTitle', { n: to }) : t('restorePackTitle'), text: t('restoreText'), submit: t(to ? 'restore' : 'toPack'), done: t('restored'),
  fields: [{ kind: 'text', key: 'reason', label: t('reason'), hint: t('reasonHint') }],
  run: (values) => manual.restore(chapter.key, { version: chapter.version, to, reason: String(values.reason ?? '').trim() }),
})

/** What a report has to do with the manual, in words for who answers it. */
export function says(one: Question): string {
  if (!one.manual) return ''
  const { title, note, version } = one.manual
  return one.manual.state === 'done' ? t('saysDone', { title, n: version ?? 0 }) : t('saysOpen', { title, note })
}

/** The same for who reported. */
export function saysOwn(one: Question): string {
  if (!one.manual) return ''
  return one.manual.state === 'done' ? t('ownDone', { title: one.manual.title }) : t('ownOpen')
}
