/** What the property panel of a flow offers: from the server's lists and the form the flow works on. */
import { design, designFlows, type DesignHandlers } from '@tongban/api'
import type { FeelName, Vocabulary } from '@tongban/flow-designer'

/** Flows told at once when one is sought. */
const FOUND = 20

export interface FormFieldName { key: string; label: string; type?: string }
interface Field { key?: string; label?: string; type?: string; fields?: Field[] }
interface FormDocument { sections?: { fields?: Field[] }[] }

/** Fields of a form document with a key and a label; a document that can't be read has none. */
export function fieldsOf(content: string): FormFieldName[] {
  try {
    const form = JSON.parse(content) as FormDocument
    return (form.sections ?? []).flatMap((section) => section.fields ?? []).flatMap((field) => (field.key ? [{ key: field.key, label: field.label || field.key, ...(field.type ? { type: field.type } : {}) }] : []))
  } catch {
    return []
  }
}

export async function fieldsOfForm(id: string): Promise<FormFieldName[]> {
  return id ? fieldsOf((await design.definition(id)).content) : []
}

export function vocabularyOf(handlers: DesignHandlers, fields: { key: string; label: string }[]): Vocabulary {
  return {
    roles: handlers.roles, orgs: handlers.orgs, services: handlers.services, stages: handlers.stages, papers: handlers.papers, fields,
    findFlow: async (q) => (await design.definitions({ kind: 'flow', q, state: 'published', limit: FOUND })).items.map((each) => ({ key: each.key, label: each.name, hint: each.key })),
    findStaff: async (q) => (await designFlows.staff(q)).items.map((each) => ({ key: each.id, label: each.name, ...(each.org_name ? { hint: each.org_name } : {}) })),
  }
}

/** Names a condition may use: what the case brings, and the outcome of each step. */
export function namesOf(steps: readonly { id: string; name: string }[], fields: readonly { key: string; label: string }[], words: { form: string; item: string; situation: string; applicant: string; today: string; outcome: string }): FeelName[] {
  return [
    { name: 'form', label: words.form, entries: fields.map((each) => ({ name: each.key, label: each.label })) },
    { name: 'handle_item', label: words.item }, { name: 'situation', label: words.situation }, { name: 'applicant', label: words.applicant }, { name: 'today', label: words.today },
    ...steps.map((each) => ({ name: each.id, label: each.name || each.id, entries: [{ name: 'outcome', label: words.outcome }] })),
  ]
}

/** Steps, services and calls named in a file, without drawing it: each has an outcome. */
export function stepsOf(xml: string): { id: string; name: string }[] {
  return [...new DOMParser().parseFromString(xml, 'application/xml').getElementsByTagName('*')].filter((each) => /(?:^|:)(?:userTask|serviceTask|callActivity)$/.test(each.tagName)).map((each) => ({ id: each.getAttribute('id') ?? '', name: each.getAttribute('name') ?? '' })).filter((each) => each.id)
}
