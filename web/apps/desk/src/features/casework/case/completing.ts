/** Doing the own step of a case: carrying it on, deciding against the applicant, giving it back. The desk and the phone share this; the server judges all of it. */
import { ApiProblem, asProblem, desk, flowTasks, type DeskCase, type NextStep } from '@tongban/api'
import { toasts } from '@tongban/ui'
import { ref, type Ref } from 'vue'
import { sentence } from '../../../app/load.ts'
import { actions as at, caseTexts as t, common, tasks as ta } from '../../../messages/index.ts'
import { picked, type DialogField, type DialogSpec, type DialogValues } from '../../../parts/dialog.ts'
import { WHOLE, type Review } from './review.ts'
import { followingOf } from './step-acts.ts'
import type { StepFilling } from './step-form.ts'

/** What goes with the word: files added, signature and opinion written by hand. */
export interface Beside { files?: string[]; signature?: string | null; written_opinion?: string | null }

interface Around {
  record: () => DeskCase | null
  review: Review
  filling: Pick<StepFilling, 'save' | 'error'>
  reload: () => Promise<void>
  show: (spec: DialogSpec) => void
  /** Fields of the step are not saved: the page shows them. */
  unsaved: () => void
  beside?: () => Beside
  /** After the word was taken. */
  done?: () => void
}

export interface Completing {
  busy: Ref<boolean>
  error: Ref<string | null>
  opinionError: Ref<string | null>
  completeNow: (outcome: string) => Promise<void>
  giveBack: () => void
  against: (outcome: string) => Promise<void>
}

/** Points marked 不符, as the beginning of a reason. */
function wrongPoints(review: Review): string {
  return review.wrong.value.map(({ material: m, point }) => `${m.name}：${point.text}，${t('no')}。`).join('')
}

/** What a request for correction begins with: wrong points and missing materials, by their keys. */
export function defects(record: DeskCase, review: Review): Record<string, string> {
  const failed: Record<string, string> = {}
  for (const { material: m, point } of review.wrong.value) if (m.key !== WHOLE) failed[`m:${m.key}`] = [failed[`m:${m.key}`], point.text].filter(Boolean).join('；')
  for (const m of record.materials) if (m.status === 'missing') failed[`m:${m.key}`] ??= t('status_missing')
  return failed
}

/** The server's pointer /next/… finds the first field; with several steps the others say their own name. */
const keyOf = (i: number) => (i === 0 ? 'next' : `next_${i}`)
function nextFields(steps: readonly NextStep[]): DialogField[] {
  return steps.map((step, i) => ({
    kind: 'pick', key: keyOf(i), label: ta('nextWho', { step: step.name }), hint: ta(step.required ? 'nextMust' : 'nextMay'), missing: ta('nextMissing', { step: step.name }), optional: !step.required, multiple: true,
    find: async (q) => step.candidates.filter((one) => one.name.includes(q)).map((one) => ({ value: one.id, label: one.name, hint: [one.org_name, one.roles.join('、')].filter(Boolean).join('　') })),
  }))
}
function nextOf(steps: readonly NextStep[], values: DialogValues): Record<string, string[]> {
  return Object.fromEntries(steps.map((step, i) => [step.element, picked(values[keyOf(i)])]))
}

export function useCompleting(around: Around): Completing {
  const busy = ref(false)
  const error = ref<string | null>(null)
  const opinionError = ref<string | null>(null)
  const { review, filling } = around

  /** Steps that would follow and whose handler is chosen here; asked only where the flow has such. */
  async function following(outcome: string): Promise<NextStep[]> {
    const now = around.record()
    return now?.my_task?.may_choose ? (await flowTasks.next(now.id, now.my_task.id, outcome)).steps as NextStep[] : []
  }

  async function complete(outcome: string, reason = '', returnTo?: string, next: Record<string, string[]> = {}): Promise<void> {
    // What was filled in belongs to what is handed in.
    if (!(await filling.save())) {
      around.unsaved()
      throw new ApiProblem(422, { title: filling.error.value ?? '' })
    }
    const now = around.record()
    if (!now?.my_task) return
    await desk.completeTask(now.id, now.my_task.id, {
      version: now.version, outcome, opinion: [review.opinion.value.trim(), reason].filter(Boolean).join('\n'), checks: review.checks,
      files: [], ...around.beside?.(), ...(returnTo ? { return_to: returnTo } : {}), ...(Object.values(next).some((who) => who.length) ? { next } : {}),
    })
    review.forget()
    around.done?.()
  }

  return {
    busy,
    error,
    opinionError,
    async completeNow(outcome) {
      const record = around.record()
      opinionError.value = null
      error.value = null
      if (!review.opinion.value.trim() && outcome !== 'done') {
        opinionError.value = t('opinionMissing', { step: record?.my_task?.name ?? '' })
        document.getElementById('opinion')?.focus()
        return
      }
      busy.value = true
      const next = record && followingOf(record)
      try {
        const steps = await following(outcome)
        if (steps.length) {
          around.show({
            title: ta('nextTitle'), submit: ta('nextSubmit'), done: next ? at('sentTo', { next }) : at('sentLast'), fields: nextFields(steps),
            run: (v) => complete(outcome, '', undefined, nextOf(steps, v)),
          })
          return
        }
        await complete(outcome)
        toasts.show(next ? at('sentTo', { next }) : at('sentLast'))
        await around.reload()
      } catch (thrown) {
        const problem = asProblem(thrown)
        error.value = problem.isStale ? common('stale') : [sentence(problem), ...problem.errors.map((each) => each.message)].filter(Boolean).join(' ')
        if (problem.isStale) await around.reload()
      } finally {
        busy.value = false
      }
    },
    giveBack() {
      const steps = around.record()?.my_task?.returnable ?? []
      around.show({
        title: at('returnTitle'), submit: at('returnSubmit'), done: at('returnDone'),
        fields: [
          { kind: 'radio', key: 'return_to', label: at('returnTo'), value: steps[0]?.element, options: steps.map((step) => ({ value: step.element, label: step.name })) },
          { kind: 'textarea', key: 'reason', label: at('returnReason'), value: wrongPoints(review) },
        ],
        run: (v) => complete('return', String(v.reason).trim(), String(v.return_to)),
      })
    },
    async against(outcome) {
      const kind = outcome === 'refused' ? 'refuse' : 'fail'
      // Asked for the form only: the act itself judges again.
      const steps = await following(outcome).catch(() => [])
      around.show({
        title: at(`${kind}Title`), text: at(`${kind}Text`), submit: at(`${kind}Submit`), done: at(`${kind}Done`), danger: true,
        fields: [{ kind: 'textarea', key: 'reason', label: at(`${kind}Reason`), value: wrongPoints(review) }, ...nextFields(steps)],
        run: (v) => complete(outcome, String(v.reason).trim(), undefined, nextOf(steps, v)),
      })
    },
  }
}
