import { onScopeDispose, reactive, shallowRef } from 'vue'
import { asProblem, portal, type ApiProblem, type CaseDraft, type DraftChange, type Guide, type Handing } from '@tongban/api'
import { controlId, type Form } from '@tongban/form-runtime'
import { isGrantRefusal } from '../../../acting.ts'

/** One draft while it is being filled in: loads it, saves in order, says when it was saved. */
export type Change = Omit<DraftChange, 'version'>

export const STEPS = 8

/** Where a problem of the server is mended, by the first word of its pointer. */
const PLACES: Record<string, number> = { conditions: 1, situations: 2, consents: 4, old_licence: 5, form: 5, materials: 6, delivery: 7 }

export function stepOf(pointer: string): number {
  return PLACES[pointer.split('/')[1] ?? ''] ?? STEPS
}

/** The control a pointer speaks about. */
export function idOf(pointer: string): string {
  const [, place, ...rest] = pointer.split('/')
  // What is said about the form as a whole stands under its heading.
  if (place === 'form') return rest.length ? controlId(pointer) : 'step-title'
  if (place === 'conditions') return `c-${rest[0]}`
  if (place === 'situations') return `q-${rest[0]}`
  if (place === 'old_licence') return 'old-licence'
  if (place === 'materials') return `m-${rest[0]}`
  if (place === 'consents') return rest[0] ?? 'agreed'
  if (place === 'delivery') return rest[0] === 'address' ? controlId(`/form/${rest[1] ?? 'address'}`) : 'way'
  return place ?? ''
}

/** What a rule bound to the form says; the browser knows none of them, it asks the server. */
export const RULE = 'rule'

export interface Problem { pointer: string; message: string; code: string; step: number }

export function useDraft(id: string) {
  const draft = shallowRef<CaseDraft>()
  const guide = shallowRef<Guide>()
  const form = shallowRef<Form>()
  const state = reactive({
    saving: false,
    stale: false,
    failed: null as string | null,
    /** A grant does not allow the step. */
    refused: null as ApiProblem | null,
    problems: [] as Problem[],
  })
  const loadProblem = shallowRef<ApiProblem | null>(null)
  let queue: Promise<unknown> = Promise.resolve()
  let gone = false
  onScopeDispose(() => { gone = true })

  async function load(): Promise<void> {
    loadProblem.value = null
    try {
      const d = await portal.draft(id)
      const [g, f] = await Promise.all([portal.guide(d.item.slug), portal.form(d.item.slug, d.handle_item.key)])
      guide.value = g
      form.value = f as unknown as Form
      draft.value = d
    } catch (e) {
      loadProblem.value = asProblem(e)
    }
  }

  /** Runs saves one after another, each with the version the one before gave. Resolves to false when it failed. */
  function run(save: (version: number) => Promise<CaseDraft>): Promise<boolean> {
    const turn = queue.then(async () => {
      if (!draft.value || gone) return false
      state.saving = true
      state.failed = null
      state.refused = null
      try {
        draft.value = await save(draft.value.version)
        state.stale = false
        return true
      } catch (e) {
        const problem = asProblem(e)
        if (isGrantRefusal(problem)) {
          state.refused = problem
          state.failed = problem.title
        } else if (problem.isStale) {
          draft.value = await portal.draft(id)
          state.stale = true
        } else if (problem.errors.length) {
          state.problems = problem.errors.map(x => ({ ...x, step: stepOf(x.pointer) }))
          state.failed = problem.title
        } else state.failed = problem.message
        return false
      } finally {
        state.saving = false
      }
    }).catch(() => false)
    queue = turn
    return turn
  }

  const save = (change: Change) => run(version => portal.saveDraft(id, { ...change, version }))
  const saveMaterial = (key: string, files: string[], handing: Handing) => run(async version => {
    await portal.saveMaterial(id, key, { version, files, handing })
    return portal.draft(id)
  })

  /** Asks the server for everything that is still wrong. */
  async function check(): Promise<Problem[]> {
    await queue
    const { problems } = await portal.check(id)
    state.problems = problems.map(p => ({ ...p, step: p.step || stepOf(p.pointer) }))
    return state.problems
  }

  /** Reads the draft anew, after something was done to it beside saving. */
  async function refresh(): Promise<void> {
    await queue
    draft.value = await portal.draft(id)
  }

  return { draft, guide, form, state, loadProblem, load, save, saveMaterial, check, refresh }
}

export type DraftStore = ReturnType<typeof useDraft>
