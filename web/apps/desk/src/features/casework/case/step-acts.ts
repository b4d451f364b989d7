/** The buttons a step of the flow has of its own (FORM-026): what each does here, and why it can't be pressed now. */
import type { CaseActionKey, DeskCase, MyTask, TaskButton } from '@tongban/api'
import { may } from '../../../app/session.ts'
import { caseTexts, tasks as t } from '../../../messages/index.ts'

/** Handing the step to somebody, or asking others for their opinion. `either` lets the person choose between the two ways of handing over. */
export type HandOver = 'transfer' | 'delegate' | 'either' | 'countersign'
export type Press =
  | { do: 'complete' | 'against'; outcome: string }
  | { do: 'return' }
  | { do: 'hand'; how: HandOver }
  | { do: 'case'; key: CaseActionKey }
export interface StepAct { label: string; press: Press; why: string | null }

/** Outcomes that go against the applicant: they want a reason of their own. */
const AGAINST: readonly string[] = ['refused', 'fail']
const RIGHTS: Record<HandOver, string> = { transfer: 'task.transfer', delegate: 'task.transfer', either: 'task.transfer', countersign: 'task.countersign' }
const CASE: Partial<Record<TaskButton['action'], CaseActionKey>> = { correct: 'request_correction', suspend: 'suspend' }

/** The outcome of a button that names none: the one that carries the case on. */
const onward = (task: MyTask): string => task.outcomes[0]?.key ?? 'pass'

function pressOf(button: TaskButton, task: MyTask): Press {
  const key = CASE[button.action]
  if (key) return { do: 'case', key }
  if (button.action === 'return') return { do: 'return' }
  if (button.action === 'transfer') return { do: 'hand', how: 'either' }
  if (button.action === 'countersign') return { do: 'hand', how: 'countersign' }
  const outcome = button.outcome ?? onward(task)
  return { do: AGAINST.includes(outcome) ? 'against' : 'complete', outcome }
}

function whyNot(press: Press, record: DeskCase, task: MyTask): string | null {
  if (press.do === 'return') return task.returnable.length ? null : t('returnNowhere')
  if (press.do === 'hand') return may(RIGHTS[press.how]) ? null : t('noRight')
  if (press.do !== 'case') return null
  const action = record.actions.find((each) => each.key === press.key)
  return action?.allowed ? null : action?.why_not || t('noRight')
}

/** The buttons of the own task in their order; null when the step has none of its own. */
export function stepActs(record: DeskCase, task: MyTask): StepAct[] | null {
  if (!task.buttons.length) return null
  return task.buttons.map((button) => {
    const press = pressOf(button, task)
    return { label: button.label, press, why: whyNot(press, record, task) }
  })
}

/** Without buttons of its own every step can be handed over and opened to others, by those with the right. */
export const handOvers = (): StepAct[] => (['transfer', 'delegate', 'countersign'] as const).filter((how) => may(RIGHTS[how])).map((how) => ({ label: t(how), press: { do: 'hand', how }, why: null }))

/** A step with buttons decides itself whether the case may be corrected or suspended from it. */
export const ownedByStep = (key: CaseActionKey): boolean => Object.values(CASE).includes(key)

/** Whether every point must have been looked at before the step is passed: not on the spot, not for making the result. */
export const wantsPoints = (task: MyTask): boolean => task.stage !== 'make' && task.stage !== 'inspect'

/** The step that follows when this task is done; of a joint review nobody knows, because others may still have to speak. */
export function followingOf(record: DeskCase): string | null {
  return record.my_task?.joint ? null : (record.flow.find((step) => step.state === 'todo')?.name ?? null)
}

/** What the primary button says for a step without buttons of its own. */
export function onwardLabel(task: MyTask, next: string | null): string {
  switch (task.stage) {
    case 'decide': return task.outcomes[0]?.label ?? caseTexts('grant')
    case 'make': return caseTexts('made')
    case 'inspect': return next ? caseTexts('inspectPass', { next }) : caseTexts('passLast')
    default: return next ? caseTexts('pass', { next }) : caseTexts('passLast')
  }
}
