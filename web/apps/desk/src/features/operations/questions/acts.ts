/** Answering a report, keeping a frequent question: described dialogs. */
import { QUESTION_CATEGORIES, questions, type FrequentQuestion, type Question } from '@tongban/api'
import { questions as t } from '../../../messages/operations.ts'
import type { DialogSpec } from '../../../parts/dialog.ts'

export const OUTCOMES = ['explained', 'mended', 'planned', 'declined'] as const
export const categories = () => QUESTION_CATEGORIES.map((each) => ({ value: each, label: t(`c_${each}`) }))

export const answer = (one: Question): DialogSpec => ({
  title: t('answerTitle'), text: one.text, submit: t('answerSubmit'), done: t('answerDone'),
  fields: [
    { kind: 'select', key: 'category', label: t('category'), value: one.category, options: categories() },
    { kind: 'radio', key: 'outcome', label: t('outcome'), value: one.outcome, options: OUTCOMES.map((each) => ({ value: each, label: t(each) })) },
    { kind: 'textarea', key: 'text', label: t('answerText'), value: one.answer },
  ],
  run: (values) => questions.answer(one.id, { version: one.version, category: String(values.category), outcome: String(values.outcome), text: String(values.text) }),
})

/** A new frequent question (begun from an answered report, if one is given), or a change of one. */
export function keepFaq(known: FrequentQuestion | null, from: Question | null): DialogSpec {
  return {
    title: t(known ? 'faqChange' : 'faqAdd'), submit: t('save'), done: t('saved'),
    fields: [
      { kind: 'text', key: 'question', label: t('question'), value: known?.question ?? '' },
      { kind: 'textarea', key: 'answer', label: t('faqAnswer'), value: known?.answer ?? from?.answer ?? '' },
      { kind: 'select', key: 'category', label: t('category'), value: known?.category ?? from?.category, options: categories() },
      { kind: 'radio', key: 'side', label: t('whom'), value: known?.side ?? from?.side, options: (['portal', 'desk', 'both'] as const).map((each) => ({ value: each, label: t(each) })) },
      { kind: 'radio', key: 'published', label: t('published'), value: known && !known.published ? 'no' : 'yes', options: (['yes', 'no'] as const).map((each) => ({ value: each, label: t(each) })) },
    ],
    run: (values, key) => {
      const body = { version: known?.version ?? 0, question: String(values.question), answer: String(values.answer), category: String(values.category), side: String(values.side), published: values.published === 'yes' }
      return known ? questions.changeFaq(known.id, body) : questions.addFaq(body, key)
    },
  }
}
