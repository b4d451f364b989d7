/** The steps of a risk event, each as a described dialog: assign, handle, close or return; register; run a check. */
import { security, type Risk } from '@tongban/api'
import { risks as t } from '../../../messages/security.ts'
import type { DialogField, DialogSpec } from '../../../parts/dialog.ts'

export const KINDS = ['alarm', 'finding', 'check', 'assessment', 'inspection', 'go_live', 'drill', 'guard'] as const
export const LEVELS = ['high', 'middle', 'low'] as const
/** Alarms come from rules alone, findings belong to an event. */
const BY_HAND = ['check', 'assessment', 'inspection', 'go_live', 'drill', 'guard'] as const

const words = (label: string): DialogField => ({ kind: 'textarea', key: 'text', label })

export async function assign(risk: Risk): Promise<DialogSpec> {
  const { items } = await security.handlers()
  return {
    title: t('assignTitle'), submit: t('assignSubmit'), done: t('assigned'),
    fields: [{ kind: 'select', key: 'assignee_id', label: t('assignTo'), options: items.map((one) => ({ value: one.id, label: `${one.name}（${one.org_name}）` })), value: risk.assignee?.id }, words(t('assignText'))],
    run: (values) => security.assignRisk(risk.id, { version: risk.version, assignee_id: String(values.assignee_id), text: String(values.text) }),
  }
}
export const handle = (risk: Risk): DialogSpec => ({ title: t('handleTitle'), fields: [words(t('handleText'))], submit: t('handleSubmit'), done: t('handled'), run: (values) => security.handleRisk(risk.id, { version: risk.version, text: String(values.text) }) })
export const close = (risk: Risk): DialogSpec => ({ title: t('closeTitle'), text: t('closeText'), fields: [words(t('closeWord'))], submit: t('closeSubmit'), cancel: t('keepOpen'), done: t('closed'), run: (values) => security.closeRisk(risk.id, { version: risk.version, text: String(values.text) }) })
export const giveBack = (risk: Risk): DialogSpec => ({ title: t('backTitle'), fields: [words(t('backText'))], submit: t('backSubmit'), done: t('returned'), run: (values) => security.returnRisk(risk.id, { version: risk.version, text: String(values.text) }) })
export const run = (risk: Risk): DialogSpec => ({ title: t('runTitle'), text: t('runText'), fields: [], submit: t('runSubmit'), done: t('ran'), run: () => security.runRisk(risk.id, risk.version) })

/** A new event, or a finding of one. */
export function register(parent: Risk | null, made: (risk: Risk) => void): DialogSpec {
  return {
    title: t(parent ? 'findingTitle' : 'newTitle'), ...(parent ? {} : { text: t('newText') }), submit: t('submit'), done: t('created'),
    fields: [
      ...(parent ? [] : [{ kind: 'radio' as const, key: 'kind', label: t('kind'), options: BY_HAND.map((kind) => ({ value: kind, label: t(`kind_${kind}`) })) }]),
      { kind: 'text', key: 'title', label: t('titleField') },
      { kind: 'radio', key: 'level', label: t('level'), value: 'middle', options: LEVELS.map((level) => ({ value: level, label: t(`level_${level}`) })) },
      { kind: 'textarea', key: 'description', label: t('descriptionField') },
      { kind: 'date', key: 'due_on', label: t('dueField'), optional: true },
    ],
    run: async (values, key) => made(await security.createRisk({ kind: parent ? 'finding' : String(values.kind), title: String(values.title).trim(), description: String(values.description), level: String(values.level), due_on: String(values.due_on ?? '') || null, parent_id: parent?.id ?? null }, key)),
  }
}

/** Past its day and not closed; both days are China days. */
export function overdue(risk: { due_on: string | null; state: string }, today: string): boolean {
  return risk.due_on !== null && risk.state !== 'closed' && risk.due_on < today
}
