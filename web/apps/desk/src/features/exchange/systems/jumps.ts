/** The form of an item's jump as fields, and its answers as the jump. */
import { ApiProblem, type Jump, type JumpChoices, type JumpDraft } from '@tongban/api'
import { jumps as t } from '../../../messages/recognition.ts'
import { picked, type Choice, type DialogField, type DialogValues } from '../../../parts/dialog.ts'

export function jumpGroups(choices: JumpChoices, now: Jump | null, find: (q: string) => Promise<Choice[]>): { title: string; fields: DialogField[] }[] {
  const named = (each: { key: string; label: string }) => ({ value: each.key, label: each.label })
  const goal: DialogField[] = [
    ...(now ? [] : [{ kind: 'pick' as const, key: 'item_slug', label: t('item'), find }]),
    { kind: 'select', key: 'app_id', label: t('systemPick'), hint: t('systemHint'), value: now?.app_id, options: choices.systems.map(named) },
    { kind: 'text', key: 'target_url', label: t('target'), hint: t('targetHint'), value: now?.target_url },
    { kind: 'textarea', key: 'params', label: t('params'), hint: t('paramsHint', { places: choices.places.join('、') }), optional: true, value: now?.params.map((each) => `${each.name}=${each.value}`).join('\n') },
    { kind: 'textarea', key: 'note', label: t('note'), hint: t('noteHint'), optional: true, value: now?.note },
    { kind: 'radio', key: 'enabled', label: t('state'), value: now && !now.enabled ? 'no' : 'yes', options: [{ value: 'yes', label: t('enabled') }, { value: 'no', label: t('disabled') }] },
  ]
  const carry: DialogField[] = [
    ...choices.fields.map((field): DialogField => ({ kind: 'text', key: `field:${field.key}`, label: t('mapping', { field: field.label }), hint: t('mappingHint'), optional: true, value: now?.mapping.find((each) => each.field === field.key)?.name })),
    { kind: 'checks', key: 'pushes', label: t('pushes'), optional: true, value: now?.pushes, options: choices.pushes.map(named) },
  ]
  return [{ title: t('goal'), fields: goal }, { title: t('carry'), fields: carry }]
}

/** Lines `name=value`; a line without a name says which. */
export function paramsOf(text: string): JumpDraft['params'] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean).map((line, i) => {
    const at = line.indexOf('=')
    const message = t('paramWrong', { n: i + 1 })
    if (at < 1) throw new ApiProblem(422, { title: message, errors: [{ pointer: '/params', code: 'format', message }] })
    return { name: line.slice(0, at).trim(), value: line.slice(at + 1).trim() }
  })
}

export function jumpOf(values: DialogValues, choices: JumpChoices): JumpDraft {
  const text = (key: string) => String(values[key] ?? '').trim()
  return {
    app_id: text('app_id'), target_url: text('target_url'), params: paramsOf(text('params')), note: text('note'), enabled: values.enabled === 'yes', pushes: picked(values.pushes),
    mapping: choices.fields.map((field) => ({ field: field.key, name: text(`field:${field.key}`) })).filter((each) => each.name),
  }
}
