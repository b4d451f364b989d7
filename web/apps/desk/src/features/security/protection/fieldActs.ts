/** What can be done with the class and level of a column, each as one short form. */
import { classification, type DataExport, type DataField, type DataFieldFigures, type DataMasking } from '@tongban/api'
import { formatCount } from '@tongban/ui'
import { common } from '../../../messages/index.ts'
import { fields as t } from '../../../messages/classification.ts'
import type { Choice, DialogSpec } from '../../../parts/dialog.ts'

export const nameOf = (field: { table: string; column: string }) => `${field.table}.${field.column}`
const note = { kind: 'textarea' as const, key: 'text', label: t('note'), optional: true }
const choices = (list: readonly { key: string; label: string }[]): Choice[] => list.map((each) => ({ value: each.key, label: each.label }))

export const takeInventory = (): DialogSpec => ({ title: t('inventoryTitle'), text: t('inventoryText'), fields: [], submit: t('inventorySubmit'), done: t('inventoryDone'), run: () => classification.takeInventory() })

export const confirm = (field: DataField): DialogSpec => ({
  title: t('confirmTitle', { name: nameOf(field) }), text: t('confirmText', { class: field.class_label, level: field.level_label }), fields: [note], submit: t('confirmSubmit'), cancel: t('keep'), done: t('confirmed'),
  run: (values) => classification.confirm(field.id, { version: field.version, text: String(values.text ?? '') }),
})

export const confirmMany = (list: readonly DataField[]): DialogSpec => ({
  title: t('confirmManyTitle', { n: formatCount(list.length) }), text: t('confirmManyText'), fields: [note], submit: t('confirmManySubmit', { n: formatCount(list.length) }), cancel: t('keep'), done: t('confirmed'),
  run: (values) => classification.confirmMany(list.map(({ id, version }) => ({ id, version })), String(values.text ?? '')),
})

export const reject = (field: DataField): DialogSpec => ({
  title: t('rejectTitle', { name: nameOf(field) }), text: t('rejectText'), fields: [{ kind: 'textarea', key: 'text', label: t('rejectWhy') }], submit: t('rejectSubmit'), cancel: t('keepIt'), done: t('rejected'),
  run: (values) => classification.reject(field.id, { version: field.version, text: String(values.text) }),
})

export const edit = (field: DataField, words: DataFieldFigures): DialogSpec => ({
  title: t('editTitle', { name: nameOf(field) }), text: t('editText'), submit: t('editSubmit'), done: t('edited'),
  fields: [
    { kind: 'select', key: 'class', label: t('class'), value: field.class, options: choices(words.classes) },
    { kind: 'radio', key: 'level', label: t('level'), value: String(field.level), options: words.levels.map((each) => ({ value: String(each.level), label: each.label, hint: each.says })) },
    { kind: 'select', key: 'masking', label: t('masking'), value: field.masking, options: choices(words.maskings) },
    { kind: 'select', key: 'export', label: t('export'), value: field.export, options: choices(words.exports) },
    { kind: 'textarea', key: 'reason', label: common('reason'), missing: common('reasonMissing') },
  ],
  run: (values) => classification.propose(field.id, { version: field.version, class: String(values.class), level: Number(values.level), masking: values.masking as DataMasking, export: values.export as DataExport, reason: String(values.reason) }),
})
