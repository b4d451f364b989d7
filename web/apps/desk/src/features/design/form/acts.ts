/** What is asked of a person in the designer: the basics of the form, and the note of a new version. */
import { ApiProblem, asProblem, design, type DesignDefinition, type DesignFinding } from '@tongban/api'
import { formDesign as t } from '../../../messages/design.ts'
import { picked, type DialogSpec } from '../../../parts/dialog.ts'
import { aboutFields } from '../library/acts.ts'

export interface About { name: string; purpose: string; channels: string[] }

export const aboutSpec = (now: About, save: (next: About) => Promise<void>): DialogSpec => ({
  title: t('aboutTitle'), fields: aboutFields(now.name, now.purpose, now.channels), submit: t('aboutSubmit'),
  run: (values) => save({ name: String(values.name).trim(), purpose: String(values.purpose), channels: picked(values.channels) }),
})

export interface Publishing {
  id: string; name: string; next: number
  /** Saves what is open; true when nothing is left. */
  save: () => Promise<boolean>
  revision: () => number
  place: (findings: readonly DesignFinding[]) => void
  done: (answer: DesignDefinition) => void
  /** Publishes by another right than the library's. */
  send?: (id: string, body: { revision: number; note: string }) => Promise<DesignDefinition>
}

/** Findings of a refused publication: as such, or as wrong places like in any other problem. */
export function findingsOf(problem: ApiProblem): DesignFinding[] {
  const found = problem.body.findings
  if (Array.isArray(found)) return found as DesignFinding[]
  return problem.errors.map((each) => ({ severity: 'error', code: each.code, at: each.pointer.replace(/^\/content/, ''), message: each.message }))
}

export const publishSpec = (what: Publishing): DialogSpec => ({
  title: t('publishTitle', { name: what.name }), text: t('publishText', { n: what.next }), submit: t('publishSubmit'), cancel: t('publishKeep'),
  fields: [{ kind: 'textarea', key: 'note', label: t('publishNote'), missing: t('publishNoteMissing') }],
  run: async (values) => {
    if (!(await what.save())) throw new ApiProblem(0, { title: t('publishUnsaved') })
    try {
      what.done(await (what.send ?? design.publish)(what.id, { revision: what.revision(), note: String(values.note).trim() }))
    } catch (thrown) {
      const problem = asProblem(thrown)
      const findings = problem.status === 422 ? findingsOf(problem) : []
      if (!findings.length) throw problem
      what.place(findings)
      throw new ApiProblem(422, { title: t('publishWrong', { n: findings.filter((each) => each.severity === 'error').length }) })
    }
  },
})
