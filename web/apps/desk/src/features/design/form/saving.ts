/**
 * The draft saves itself a moment after the last change, one call at a time. When somebody else saved meanwhile
 * nothing is sent any more until the person has chosen whose content stays.
 */
import { asProblem, type ApiProblem, type DesignDefinition, type DesignDraft } from '@tongban/api'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'

export const PAUSE_MS = 1_500
export type Content = Omit<DesignDraft, 'revision'>
export interface Conflict { by: string; at: string | null }
export interface Store {
  definition: (id: string) => Promise<DesignDefinition>
  saveDraft: (id: string, body: DesignDraft) => Promise<DesignDefinition>
}

export function useSaving(start: DesignDefinition, content: () => Content, store: Store, saved: (answer: DesignDefinition, sent: Content) => void) {
  const revision = ref(start.revision)
  const savedAt = ref<string | null>(start.draft?.changed_at ?? null)
  /** Counts changes: what was changed while a call ran is still to be saved after it. */
  const changes = ref(0)
  const sent = ref(0)
  const busy = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  const conflict = shallowRef<Conflict | null>(null)
  const dirty = computed(() => changes.value > sent.value)
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | null = null

  function changed(): void {
    changes.value += 1
    clearTimeout(timer)
    if (!conflict.value) timer = setTimeout(() => void save(), PAUSE_MS)
  }
  /** Who saved meanwhile, and when. Without an answer the question is asked all the same. */
  async function others(): Promise<Conflict> {
    const theirs = await store.definition(start.id).catch(() => null)
    return { by: theirs?.draft?.changed_by_name ?? '', at: theirs?.draft?.changed_at ?? null }
  }
  async function once(): Promise<void> {
    const upTo = changes.value
    const body = content()
    busy.value = true
    try {
      const answer = await store.saveDraft(start.id, { revision: revision.value, ...body })
      revision.value = answer.revision
      savedAt.value = answer.draft?.changed_at ?? new Date().toISOString()
      sent.value = upTo
      problem.value = null
      saved(answer, body)
    } catch (thrown) {
      const found = asProblem(thrown)
      if (found.isStale) conflict.value = await others()
      else problem.value = found
    } finally {
      busy.value = false
    }
  }
  /** Sends what is not saved yet. True when nothing is left to save. */
  async function save(): Promise<boolean> {
    clearTimeout(timer)
    while (running) await running
    if (dirty.value && !conflict.value) {
      running = once().finally(() => { running = null })
      await running
      // Changed again while it was sent: goes out after the same pause.
      if (dirty.value && !problem.value && !conflict.value) timer = setTimeout(() => void save(), PAUSE_MS)
    }
    return !dirty.value
  }
  /** What is here goes over what the other one saved. */
  async function keepMine(): Promise<void> {
    const theirs = await store.definition(start.id)
    revision.value = theirs.revision
    conflict.value = null
    changes.value += 1
    await save()
  }
  /** Gives what the other one saved; what is here is theirs from now on. */
  async function takeTheirs(): Promise<DesignDefinition> {
    const theirs = await store.definition(start.id)
    revision.value = theirs.revision
    savedAt.value = theirs.draft?.changed_at ?? null
    conflict.value = null
    sent.value = changes.value
    return theirs
  }
  /** What has just been put in place is what the server holds. */
  function settled(answer?: DesignDefinition): void {
    clearTimeout(timer)
    sent.value = changes.value
    if (answer) revision.value = answer.revision
  }
  const stopAsking = watch(dirty, (now) => { if (now) addEventListener('beforeunload', ask); else removeEventListener('beforeunload', ask) })
  function ask(event: BeforeUnloadEvent): void {
    void save()
    event.preventDefault()
  }
  onScopeDispose(() => {
    // Another form is opened in this page's place: what is not saved yet goes out without waiting.
    if (dirty.value && !conflict.value && !running) void once()
    clearTimeout(timer)
    stopAsking()
    removeEventListener('beforeunload', ask)
  })
  return { revision, savedAt, busy, problem, conflict, dirty, changed, save, keepMine, takeTheirs, settled }
}
export type Saving = ReturnType<typeof useSaving>
