/** What can be done with definitions: make, copy, import, disable, go back to a version, drop a draft. */
import { ApiProblem, asProblem, design, ownFlows, type DesignDefinition, type DesignKind, type DesignSummary } from '@tongban/api'
import { may } from '../../../app/session.ts'
import { library as t } from '../../../messages/design.ts'
import { common } from '../../../messages/index.ts'
import { picked, type Choice, type DialogField, type DialogSpec } from '../../../parts/dialog.ts'
import { channelChoices, kindName, KINDS, purposeChoices } from './words.ts'

const LIMIT = 20
/** A flow drawn for the own department is changed by that right. */
const owned = (one: DesignSummary | DesignDefinition): boolean => 'own' in one && !!one.own && may('flow.own') && !may('design.edit')
const KEY = /^[a-z][a-z0-9-]{0,63}$/

/** The same wrong key is said at the field, before the server is asked. */
function checked(key: string): string {
  if (!KEY.test(key)) throw new ApiProblem(422, { title: t('keyBad'), errors: [{ pointer: '/key', code: 'key', message: t('keyBad') }] })
  return key
}
async function findOrgs(q: string): Promise<Choice[]> {
  // The library's own list: whoever designs need not be allowed to read the organisations.
  const { orgs } = await design.handlers()
  return orgs.filter((org) => org.name.includes(q)).slice(0, LIMIT).map((org) => ({ value: org.id, label: org.name }))
}
async function findBases(q: string): Promise<Choice[]> {
  const { items } = await design.definitions({ q, limit: LIMIT })
  // Templates are there to begin from, so they come first.
  return items.sort((a, b) => Number(b.template) - Number(a.template)).map((each) => ({ value: `${each.kind}:${each.id}`, label: each.name, hint: `${kindName(each.kind)}${each.template ? `　${t('isTemplate')}` : ''}　${each.key}` }))
}
const basics = (name = '', purpose: string = 'application', channels: readonly string[] = ['web', 'mobile', 'window']): DialogField[] => [
  { kind: 'text', key: 'name', label: t('name'), value: name },
  { kind: 'select', key: 'purpose', label: t('purpose'), value: purpose, options: purposeChoices() },
  { kind: 'checks', key: 'channels', label: t('channels'), columns: true, value: [...channels], missing: t('channelsMissing'), options: channelChoices() },
]

export const create = (kind: DesignKind | '', made: (one: DesignDefinition) => void): DialogSpec => ({
  title: t('addTitle'), submit: t('addSubmit'),
  fields: [
    { kind: 'radio', key: 'kind', label: t('kind'), missing: t('kindMissing'), value: kind || 'form', options: KINDS.map((each) => ({ value: each, label: kindName(each) })) },
    ...basics(),
    { kind: 'text', key: 'key', label: t('key'), hint: t('keyHint') },
    { kind: 'pick', key: 'copy_of', label: t('copyOf'), hint: t('copyOfHint'), optional: true, find: findBases },
    { kind: 'pick', key: 'org', label: t('org'), hint: t('orgHint'), optional: true, find: findOrgs },
    { kind: 'radio', key: 'template', label: t('asTemplate'), value: 'no', options: [{ value: 'no', label: t('templateNo') }, { value: 'yes', label: t('templateYes') }] },
  ],
  run: async (values) => {
    const [base] = picked(values.copy_of)
    const [org] = picked(values.org)
    const [kindOf, id] = base?.split(':') ?? []
    made(await design.create({
      // What is begun from another is of its kind.
      kind: (kindOf ?? values.kind) as DesignKind, key: checked(String(values.key).trim()), name: String(values.name).trim(), purpose: String(values.purpose), channels: picked(values.channels), template: values.template === 'yes',
      ...(id ? { copy_of: id } : {}), ...(org ? { org_id: org } : {}),
    }))
  },
})

export const copy = (one: DesignSummary, made: (one: DesignDefinition) => void): DialogSpec => ({
  title: t('copyTitle', { name: one.name }), text: t('copyText'), submit: t('copySubmit'),
  fields: [{ kind: 'text', key: 'name', label: t('name'), value: t('copyName', { name: one.name }) }, { kind: 'text', key: 'key', label: t('key'), hint: t('keyHint'), value: `${one.key}-copy` }],
  run: async (values) => { made(await design.create({ kind: one.kind, key: checked(String(values.key).trim()), name: String(values.name).trim(), purpose: one.purpose, channels: one.channels, template: one.template, copy_of: one.id })) },
})

export const importOne = (made: (one: DesignDefinition) => void): DialogSpec => ({
  title: t('importTitle'), text: t('importText'), submit: t('importSubmit'), done: t('importDone'),
  fields: [{ kind: 'file', key: 'file', label: t('importPick'), accept: '.json,.bpmn,.dmn,.xml,.typ,.docx,.pdf' }],
  run: async (values) => { made(await design.importFile(values.file as File)) },
})

/** What still uses it stands behind the reason, not alone. */
async function disable(id: string, reason: string): Promise<unknown> {
  try {
    return await design.disable(id, reason)
  } catch (thrown) {
    const problem = asProblem(thrown)
    throw problem.errors.length ? new ApiProblem(problem.status, { title: problem.title, detail: problem.errors.map((each) => each.message).join('；') }) : problem
  }
}

export const switchOne = (one: DesignSummary, on: boolean): DialogSpec => ({
  title: t(on ? 'enableTitle' : 'disableTitle', { name: one.name }), text: t(on ? 'enableText' : 'disableText'), fields: on ? [] : [{ kind: 'textarea', key: 'reason', label: common('reason'), missing: common('reasonMissing') }],
  submit: t(on ? 'enableSubmit' : 'disableSubmit'), ...(on ? {} : { cancel: t('keep'), danger: true }), done: t(on ? 'enableDone' : 'disableDone'), run: (values) => {
    const own = owned(one)
    if (on) return (own ? ownFlows : design).enable(one.id)
    return own ? ownFlows.disable(one.id, String(values.reason)) : disable(one.id, String(values.reason))
  },
})

export const restore = (one: DesignDefinition, version: number): DialogSpec => ({
  title: t('restoreTitle', { n: version }), text: t('restoreText'), fields: [], submit: t('restoreSubmit'), done: t('restoreDone', { n: version }),
  run: async () => {
    const { content } = await design.version(one.id, version)
    await (owned(one) ? ownFlows : design).saveDraft(one.id, { revision: one.revision, name: one.name, purpose: one.purpose, channels: one.channels, content })
  },
})

export const dropDraft = (one: DesignDefinition): DialogSpec => ({
  title: t('dropTitle', { name: one.name }), text: t('dropText', { n: one.version ?? 0 }), fields: [], submit: t('dropSubmit'), cancel: t('dropKeep'), danger: true, done: t('dropDone'), run: () => (owned(one) ? ownFlows : design).dropDraft(one.id, one.draft?.revision ?? one.revision),
})

/** Name, purpose and channels, changed in the designer beside the content. */
export const aboutFields = basics
