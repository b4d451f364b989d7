/** What is done with a fault ticket, each act as a described dialog. */
import { operations, type Fault, type FaultChoices, type FaultExtent, type FaultGrade } from '@tongban/api'
import { faults as t } from '../../../messages/operations.ts'
import type { DialogSpec } from '../../../parts/dialog.ts'
import { GRADES } from '../run/looks.ts'

const EXTENTS = ['warning', 'partial', 'system'] as const

export const report = (choices: FaultChoices, made: (fault: Fault) => void): DialogSpec => ({
  title: t('reportTitle'), submit: t('submit'), done: t('reported'),
  fields: [
    { kind: 'text', key: 'title', label: t('titleField') },
    { kind: 'textarea', key: 'description', label: t('descriptionField') },
    { kind: 'select', key: 'part', label: t('partField'), options: choices.parts.map((part) => ({ value: part.key, label: part.label })) },
    { kind: 'radio', key: 'grade', label: t('gradeField'), value: 'general', options: GRADES.map((grade) => ({ value: grade, label: t(grade), hint: t(`${grade}Hint`) })) },
    { kind: 'radio', key: 'extent', label: t('extentField'), value: 'warning', options: EXTENTS.map((extent) => ({ value: extent, label: t(extent), hint: t(`${extent}Hint`) })) },
  ],
  run: async (values, key) => made(await operations.openFault({ title: String(values.title), description: String(values.description), part: String(values.part), grade: values.grade as FaultGrade, extent: values.extent as FaultExtent }, key)),
})

type Words = 'note' | 'restore' | 'reopen' | 'close'
const CALLS = { note: operations.noteFault, restore: operations.restoreFault, reopen: operations.reopenFault, close: operations.closeFault }
const DONE = { note: 'noted', restore: 'restoredDone', reopen: 'reopened', close: 'closedDone' } as const

/** An act that wants words. */
export const words = (fault: Fault, act: Words): DialogSpec => ({
  title: t(`${act}Title`), submit: t(`${act}Submit`), done: t(DONE[act]),
  fields: [{ kind: 'textarea', key: 'text', label: t(`${act}Text`) }],
  run: (values) => CALLS[act](fault.id, { version: fault.version, text: String(values.text) }),
})

/** Only higher grades are offered. */
export const raise = (fault: Fault): DialogSpec => ({
  title: t('raiseTitle'), submit: t('raiseSubmit'), done: t('raisedDone'),
  fields: [
    { kind: 'radio', key: 'grade', label: t('raiseTo'), options: higher(fault.grade).map((grade) => ({ value: grade, label: t(grade), hint: t(`${grade}Hint`) })) },
    { kind: 'textarea', key: 'text', label: t('raiseText') },
  ],
  run: (values) => operations.raiseFault(fault.id, { version: fault.version, grade: values.grade as FaultGrade, text: String(values.text) }),
})

export function higher(grade: FaultGrade): FaultGrade[] {
  return GRADES.slice(0, GRADES.indexOf(grade))
}
