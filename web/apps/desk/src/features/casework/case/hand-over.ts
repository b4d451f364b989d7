/** Giving a task to others and taking it back, each as a short form (`DialogSpec`); the administrator's jump. The server checks all of it again. */
import { flowTasks, type CaseTask, type ColleagueFor, type DeskCase, type MyTask, type TaskBack } from '@tongban/api'
import { tasks as t } from '../../../messages/index.ts'
import { picked, type Choice, type DialogField, type DialogSpec, type DialogValues } from '../../../parts/dialog.ts'
import type { HandOver } from './step-acts.ts'

/** Colleagues offered at once; more letters find the others. */
const OFFERED = 20
const text = (value: unknown) => String(value ?? '').trim()
type Of = Pick<DeskCase, 'id' | 'version'>

/** Who may take this task, by part of the name. */
const colleagues = (c: Of, task: string, purpose: ColleagueFor) => async (q: string): Promise<Choice[]> =>
  (await flowTasks.colleagues(c.id, task, { q, for: purpose, limit: OFFERED })).items.map((each) => ({ value: each.id, label: each.name, hint: [each.org_name, each.roles.join('、')].filter(Boolean).join('　') }))

export function handOver(c: Of, task: MyTask, how: HandOver): DialogSpec {
  if (how === 'countersign') return countersign(c, task)
  const delegates = (v: DialogValues) => (how === 'either' ? v.how === 'delegate' : how === 'delegate')
  const fields: DialogField[] = [
    { kind: 'pick', key: 'to', label: t('who'), hint: t('whoHint'), find: colleagues(c, task.id, 'transfer') },
    { kind: 'textarea', key: 'reason', label: t('reason'), missing: t('reasonMissing') },
  ]
  if (how === 'either') {
    fields.unshift({ kind: 'radio', key: 'how', label: t('how'), value: 'transfer', options: [{ value: 'transfer', label: t('howTransfer'), hint: t('transferText') }, { value: 'delegate', label: t('howDelegate'), hint: t('delegateText') }] })
  }
  const words = {
    transfer: { text: t('transferText'), submit: t('transferSubmit'), done: t('transferDone') },
    delegate: { text: t('delegateText'), submit: t('delegateSubmit'), done: t('delegateDone') },
    either: { submit: t('handSubmit'), done: t('transferDone') },
  }[how]
  return {
    title: t('handTitle', { step: task.name }), ...words, fields,
    run: (v) => flowTasks.transfer(c.id, task.id, { version: c.version, to: picked(v.to)[0] ?? '', reason: text(v.reason), delegate: delegates(v) }),
  }
}

function countersign(c: Of, task: MyTask): DialogSpec {
  return {
    title: t('countersignTitle', { step: task.name }), text: t('countersignText'), submit: t('countersignSubmit'), done: t('countersignDone'),
    fields: [
      { kind: 'pick', key: 'who', label: t('others'), missing: t('othersMissing'), multiple: true, find: colleagues(c, task.id, 'countersign') },
      { kind: 'radio', key: 'order', label: t('order'), value: 'together', options: [{ value: 'together', label: t('together') }, { value: 'one', label: t('oneByOne') }] },
      { kind: 'textarea', key: 'reason', label: t('countersignReason'), missing: t('countersignReasonMissing') },
    ],
    run: (v) => flowTasks.countersign(c.id, task.id, { version: c.version, who: picked(v.who), sequential: v.order === 'one', reason: text(v.reason) }),
  }
}

export function takeBack(c: Of, done: TaskBack): DialogSpec {
  return { title: t('backTitle', { step: done.name }), text: t('backText'), fields: [], submit: t('backSubmit'), cancel: t('backKeep'), done: t('backDone'), run: () => flowTasks.takeBack(c.id, done.task, c.version) }
}

/** What somebody else does in one's name comes back by being given to oneself. */
export function recall(c: Of, task: CaseTask, me: string): DialogSpec {
  return {
    title: t('recallTitle', { step: task.name }), text: t('recallText'), fields: [], submit: t('recallSubmit'), cancel: t('recallKeep'), done: t('recallDone'),
    run: () => flowTasks.transfer(c.id, task.id, { version: c.version, to: me, reason: t('recallReason'), delegate: false }),
  }
}

export function jump(c: Of & Pick<DeskCase, 'jump_targets'>, task: CaseTask): DialogSpec {
  return {
    title: t('jumpTitle', { step: task.name }), text: t('jumpText'), submit: t('jumpSubmit'), cancel: t('jumpKeep'), done: t('jumpDone'), danger: true,
    fields: [
      { kind: 'select', key: 'element', label: t('jumpTo'), options: c.jump_targets.filter((each) => each.element !== task.element).map((each) => ({ value: each.element, label: each.name })) },
      { kind: 'textarea', key: 'reason', label: t('jumpReason'), missing: t('jumpReasonMissing') },
    ],
    run: (v) => flowTasks.jump(c.id, task.id, { version: c.version, element: text(v.element), reason: text(v.reason) }),
  }
}
