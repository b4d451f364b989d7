import { asProblem, design, type ApiProblem, type Definition, type DefinitionFinding } from '@tongban/api'
import { computed, onBeforeUnmount, ref, shallowRef } from 'vue'

/** One definition while it is edited: loads it, saves the draft by itself, holds what the check found. */
const WAIT_MS = 1_200

export function useDraft(id: () => string) {
  const definition = shallowRef<Definition | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const conflict = shallowRef<ApiProblem | null>(null)
  const content = ref('')
  const findings = shallowRef<readonly DefinitionFinding[]>([])
  const state = ref<'clean' | 'waiting' | 'saving' | 'saved' | 'failed'>('clean')
  const savedAt = ref<string | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<void> {
    try {
      take(await design.definition(id()))
      content.value = definition.value?.content ?? ''
      state.value = 'clean'
      conflict.value = null
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }
  function take(answer: Definition): void {
    definition.value = answer
    findings.value = answer.findings
    problem.value = null
  }
  function change(next: string): void {
    if (!definition.value?.may.edit || next === content.value) return
    content.value = next
    state.value = 'waiting'
    clearTimeout(timer)
    timer = setTimeout(() => void save(), WAIT_MS)
  }
  async function save(): Promise<boolean> {
    clearTimeout(timer)
    const now = definition.value
    if (!now || conflict.value || state.value === 'clean' || state.value === 'saved') return !conflict.value
    state.value = 'saving'
    const sent = content.value
    try {
      take(await design.saveDraft(now.id, { revision: now.revision, name: now.name, purpose: now.purpose, channels: now.channels, content: sent }))
      savedAt.value = new Date().toISOString()
      state.value = sent === content.value ? 'saved' : 'waiting'
      if (state.value === 'waiting') timer = setTimeout(() => void save(), WAIT_MS)
      return true
    } catch (thrown) {
      const found = asProblem(thrown)
      state.value = 'failed'
      if (found.isStale) conflict.value = found
      else problem.value = found
      return false
    }
  }
  onBeforeUnmount(() => {
    if (state.value === 'waiting') void save()
    clearTimeout(timer)
  })
  return { definition, problem, conflict, content, findings, state, savedAt, load, change, save, edits: computed(() => definition.value?.may.edit === true) }
}
