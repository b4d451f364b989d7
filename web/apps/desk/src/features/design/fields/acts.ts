/** Making, changing and removing shared fields. */
import { ApiProblem, asProblem, design, type SharedFieldDraft, type SharedFieldRow } from '@tongban/api'
import { describe, offered } from '@tongban/form-designer/describe'
import { sharedFields as t } from '../../../messages/design.ts'
import type { DialogField, DialogSpec, DialogValues } from '../../../parts/dialog.ts'

export const SENSITIVITIES = ['general', 'personal', 'sensitive'] as const
const CHOOSES = ['select', 'radio', 'checkboxes']
/** Types a shared field may have: what holds one value, described once for the designer and for this list. */
const types = () => offered().flatMap((each) => each.types).filter((each) => !each.valueless && !each.holds && !['file', 'image', 'signature', 'hidden'].includes(each.type))
export const typeName = (type: string) => describe(type as Parameters<typeof describe>[0]).label

const optionText = (options: SharedFieldDraft['options']) => options.map((each) => (each.value === each.label ? each.label : `${each.value}=${each.label}`)).join('\n')
export function optionsOf(text: string): SharedFieldDraft['options'] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean).map((line) => {
    const at = line.indexOf('=')
    return at > 0 ? { value: line.slice(0, at).trim(), label: line.slice(at + 1).trim() } : { value: line, label: line }
  })
}
const chooses = (values: DialogValues) => CHOOSES.includes(String(values.type))
const fieldsOf = (one?: SharedFieldRow): DialogField[] => [
  { kind: 'text', key: 'label', label: t('label'), value: one?.label ?? '' },
  { kind: 'text', key: 'code', label: t('code'), hint: t('codeHint'), value: one?.code ?? '' },
  { kind: 'select', key: 'type', label: t('type'), value: one?.type ?? 'text', options: types().map((each) => ({ value: each.type, label: each.label })) },
  { kind: 'textarea', key: 'options', label: t('options'), hint: t('optionsHint'), missing: t('optionsMissing'), when: chooses, value: optionText(one?.options ?? []) },
  { kind: 'number', key: 'length', label: t('length'), unit: t('lengthUnit'), optional: true, min: 1, max: 10_000, when: (values) => ['text', 'textarea', 'address'].includes(String(values.type)), ...(one?.length ? { value: one.length } : {}) },
  { kind: 'text', key: 'check', label: t('check'), hint: t('checkHint'), optional: true, when: (values) => ['text', 'address'].includes(String(values.type)), value: one?.check ?? '' },
  { kind: 'text', key: 'source', label: t('source'), hint: t('sourceHint'), optional: true, value: one?.source ?? '' },
  { kind: 'textarea', key: 'use', label: t('use'), hint: t('useHint'), value: one?.use ?? '' },
  { kind: 'select', key: 'sensitivity', label: t('sensitivity'), value: one?.sensitivity ?? 'general', options: SENSITIVITIES.map((each) => ({ value: each, label: t(`sensitivity_${each}`) })) },
  { kind: 'radio', key: 'reusable', label: t('reusable'), value: (one?.reusable ?? true) ? 'yes' : 'no', options: [{ value: 'yes', label: t('reusableYes') }, { value: 'no', label: t('reusableNo') }] },
]

function refuse(key: string, message: string): never {
  throw new ApiProblem(422, { title: message, errors: [{ pointer: `/${key}`, code: key, message }] })
}
/** The dialog's answers as the server keeps them; what the type does not know is left out. */
export function draftOf(values: DialogValues): SharedFieldDraft {
  const code = String(values.code).trim()
  if (!/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(code)) refuse('code', t('codeBad'))
  const check = ['text', 'address'].includes(String(values.type)) ? String(values.check ?? '').trim() : ''
  try {
    new RegExp(check, 'u')
  } catch {
    refuse('check', t('checkBad'))
  }
  return {
    code, label: String(values.label).trim(), type: String(values.type), length: typeof values.length === 'number' && ['text', 'textarea', 'address'].includes(String(values.type)) ? values.length : null, options: chooses(values) ? optionsOf(String(values.options)) : [],
    check, source: String(values.source ?? '').trim(), use: String(values.use).trim(), reusable: values.reusable === 'yes', sensitivity: String(values.sensitivity) as SharedFieldDraft['sensitivity'],
  }
}

export const add = (): DialogSpec => ({ title: t('addTitle'), fields: fieldsOf(), submit: t('submitAdd'), done: t('addDone'), run: (values) => design.createField(draftOf(values)) })
export const edit = (one: SharedFieldRow): DialogSpec => ({ title: t('editTitle', { name: one.label }), text: t('editText'), fields: fieldsOf(one), submit: t('submitEdit'), done: t('editDone'), run: (values) => design.saveField(one.id, { ...draftOf(values), version: one.version }) })
export const remove = (one: SharedFieldRow): DialogSpec => ({
  title: t('removeTitle', { name: one.label }), text: t('removeText'), fields: [], submit: t('removeSubmit'), cancel: t('removeKeep'), danger: true, done: t('removeDone'),
  run: async () => {
    try {
      await design.removeField(one.id)
    } catch (thrown) {
      throw used(asProblem(thrown))
    }
  },
})

/** A refusal because of uses, with the uses named. */
export function used(problem: ApiProblem): ApiProblem {
  const uses = problem.body.uses
  if (problem.code !== 'in_use' || !Array.isArray(uses) || !uses.length) return problem
  const names = uses.map((each: { name?: string; key?: string }) => `“${each.name ?? each.key ?? ''}”`).join('、')
  return new ApiProblem(problem.status, { ...problem.body, title: t('inUse', { n: uses.length }), detail: t('inUseList', { names }), errors: [] })
}
