/** The fields of the form that the handler of a step fills in (FORM-026): kept on the page until they are saved. */
import { asProblem, flowTasks, type ApiProblem, type DeskCase } from '@tongban/api'
import { fieldsOf, isLayout, namesIn, type Form, type FormField, type FormProblem, type FormValues } from '@tongban/form-runtime'
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { sentence } from '../../../app/load.ts'
import { common, tasks as t } from '../../../messages/index.ts'

/** What the page of a case does not know of the application: a condition on it is left to the server. */
const UNKNOWN: readonly string[] = ['handle_item', 'situation']

const asked = (condition: string | undefined): string | undefined => (condition && namesIn(condition).some((name) => UNKNOWN.includes(name)) ? undefined : condition)
const isEmpty = (value: unknown) => value === undefined || value === null || value === ''

/** A field anybody may write: who may was decided by the server. */
function free(field: FormField): FormField {
  return { ...field, permission: undefined, readOnly: undefined, locked: undefined, sourceNote: undefined, visibleWhen: asked(field.visibleWhen), ...(field.fields ? { fields: field.fields.map(free) } : {}) }
}

/**
 * The form as the step fills it in: what may be written where it stands, what else is filled in beside it, so that
 * conditions and sums can read it. A layout keeps only what may be written: the rest belongs to the scope around it.
 */
export function stepForm(form: Form, writable: readonly string[], data: FormValues): Form {
  const part = (field: FormField): { own: FormField[]; rest: FormField[] } => {
    if (isLayout(field)) {
      const parts = (field.fields ?? []).map(part)
      const fields = parts.flatMap((each) => each.own)
      return { own: fields.length ? [{ ...field, visibleWhen: asked(field.visibleWhen), fields }] : [], rest: parts.flatMap((each) => each.rest) }
    }
    if (writable.includes(field.key)) return { own: [free(field)], rest: [] }
    return { own: [], rest: isEmpty(data[field.key]) ? [] : [{ ...free(field), readOnly: true }] }
  }
  return {
    ...form,
    sections: form.sections.map((section) => {
      const parts = section.fields.map(part)
      return { ...section, visibleWhen: asked(section.visibleWhen), fields: [...parts.flatMap((each) => each.own), ...parts.flatMap((each) => each.rest)] }
    }),
  }
}

/** The form without what may be written: the rest, to read. */
export function restForm(form: Form, writable: readonly string[]): Form {
  const without = (fields: readonly FormField[]): FormField[] => fields.filter((field) => !writable.includes(field.key)).map((field) => (isLayout(field) ? { ...field, fields: without(field.fields ?? []) } : field))
  return { ...form, sections: form.sections.map((section) => ({ ...section, fields: without(section.fields) })) }
}

/** What differs from the case as it was read. */
export function changesOf(before: FormValues, now: FormValues, writable: readonly string[]): FormValues {
  return Object.fromEntries(writable.filter((key) => JSON.stringify(now[key] ?? null) !== JSON.stringify(before[key] ?? null)).map((key) => [key, now[key] ?? null]))
}

export interface StepFilling {
  writable: ComputedRef<readonly string[]>
  data: ComputedRef<FormValues>
  dirty: ComputedRef<boolean>
  busy: Ref<boolean>
  error: Ref<string | null>
  problems: ShallowRef<FormProblem[]>
  set: (now: FormValues) => void
  /** True when nothing is left to save. */
  save: () => Promise<boolean>
  drop: () => void
}

export function useStepForm(source: () => DeskCase | null, reload: () => Promise<void>): StepFilling {
  const changes = shallowRef<FormValues>({})
  const busy = ref(false)
  const error = ref<string | null>(null)
  const problems = shallowRef<FormProblem[]>([])
  const writable = computed<readonly string[]>(() => source()?.my_task?.writable ?? [])
  const kept = computed<FormValues>(() => source()?.form.data ?? {})
  const dirty = computed(() => Object.keys(changes.value).length > 0)

  function drop(): void {
    changes.value = {}
    problems.value = []
    error.value = null
  }
  // Another task is another person's turn or another step: nothing of the one before belongs there.
  watch(() => source()?.my_task?.id, (_now, before) => { if (before !== undefined) drop() })

  function refused(problem: ApiProblem): void {
    problems.value = problem.errors.map((each) => ({ pointer: each.pointer.replace(/^\/(data|form)(?=\/)/, ''), code: each.code, message: each.message }))
    error.value = problem.isStale ? common('stale') : problems.value.length ? t('fillWrong', { n: problems.value.length }) : sentence(problem)
  }
  async function save(): Promise<boolean> {
    const now = source()
    if (!now?.my_task || !dirty.value) return true
    if (busy.value) return false
    busy.value = true
    problems.value = []
    error.value = null
    const sent = changes.value
    try {
      await flowTasks.fill(now.id, now.my_task.id, { version: now.version, data: sent })
      // What was typed while it was sent is still to be saved.
      changes.value = Object.fromEntries(Object.entries(changes.value).filter(([key, value]) => sent[key] !== value))
      await reload()
      return !dirty.value
    } catch (thrown) {
      const problem = asProblem(thrown)
      refused(problem)
      if (problem.isStale) await reload()
      return false
    } finally {
      busy.value = false
    }
  }
  return {
    writable, busy, error, problems, dirty, save, drop,
    data: computed(() => ({ ...kept.value, ...changes.value })),
    set: (now) => { changes.value = changesOf(kept.value, now, writable.value) },
  }
}

/** The keys of a form that are not the step's to write. */
export const fixedKeys = (form: Form, writable: readonly string[]): string[] => fieldsOf(form).map((field) => field.key).filter((key) => !writable.includes(key))
