/** What people do with kept papers and proofs, each a short form. */
import { centre, desk, proofs, type DeskCase, type KeptMaterial, type MaterialGrant, type MaterialPull, type MaterialWords, type ProofRequest } from '@tongban/api'
import { formatMoment, today, toasts } from '@tongban/ui'
import { centre as ct, grants as gt, proofs as pt, pulls as lt } from '../../messages/materials.ts'
import { picked, type Choice, type DialogField, type DialogSpec, type DialogValues } from '../../parts/dialog.ts'

export const STANDING = { valid: 'ok', expiring: 'warn', expired: 'danger', void: 'off' } as const
export const PULLED = { waiting: 'paused', done: 'ok', not_found: 'off', failed: 'danger' } as const
export const PROOF = { open: 'doing', answered: 'warn', received: 'ok', refused: 'danger', withdrawn: 'off' } as const
const FILES = '.pdf,.jpg,.jpeg,.png'
const said = (values: DialogValues, key: string) => String(values[key] ?? '').trim()

function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

export function openPaper(one: Pick<KeptMaterial, 'id' | 'name' | 'file'>, number?: string, no?: number): DialogSpec {
  return {
    title: ct('openTitle', { name: one.name }), text: ct('openText'), submit: ct('open'), done: ct('opened'),
    fields: [{ kind: 'textarea', key: 'reason', label: ct('reason'), hint: ct('reasonHint') }],
    run: async (values) => save(await centre.open(one.id, { reason: said(values, 'reason'), no: no ?? null, number: number ?? null }), one.file.name),
  }
}

/** Whose paper: asked for where no case says it. */
function holderFields(t: (key: 'holderKind' | 'person' | 'enterprise' | 'holderName' | 'number' | 'numberHint') => string): DialogField[] {
  return [
    { kind: 'radio', key: 'holder_kind', label: t('holderKind'), options: [{ value: 'person', label: t('person') }, { value: 'enterprise', label: t('enterprise') }] },
    { kind: 'text', key: 'holder_name', label: t('holderName') },
    { kind: 'text', key: 'number', label: t('number'), hint: t('numberHint') },
  ]
}
const holderOf = (values: DialogValues) => ({ holder_kind: said(values, 'holder_kind'), holder_name: said(values, 'holder_name'), number: said(values, 'number') })

export function pullPaper(words: MaterialWords, record: DeskCase | null, got: (pull: MaterialPull) => void): DialogSpec {
  const kindName = (key: string) => words.kinds.find((one) => one.key === key)?.name ?? key
  const options: Choice[] = words.sources.flatMap((source) => source.kinds.filter((key) => !record || words.kinds.find((one) => one.key === key)?.holders.includes(record.applicant.kind)).map((key) => ({ value: `${source.key}|${key}`, label: kindName(key), hint: source.set ? source.name : `${source.name}（${lt('notSet')}）` })))
  return {
    title: lt('addTitle'), submit: lt('submit'),
    fields: [
      { kind: 'pick', key: 'paper', label: lt('paper'), hint: lt('source'), find: (q) => Promise.resolve(options.filter((one) => one.label.includes(q.trim()) || one.hint?.includes(q.trim()))) },
      ...(record ? [] : holderFields(lt)),
      { kind: 'textarea', key: 'reason', label: lt('reason'), hint: lt('reasonHint') },
    ],
    run: async (values, key) => {
      const [source = '', kind = ''] = (picked(values.paper)[0] ?? '').split('|')
      const pull = await centre.pull({ source, kind, reason: said(values, 'reason'), case_id: record?.id ?? null, ...(record ? { holder_kind: '', holder_name: '', number: '' } : holderOf(values)) }, key)
      toasts.show(pull.state === 'done' ? lt('got', { name: pull.name }) : lt('notGot', { why: pull.problem }))
      got(pull)
    },
  }
}

export const putPaper = (one: MaterialPull, record: DeskCase): DialogSpec => ({
  title: lt('putTitle', { name: one.name }), text: lt('putText', { source: one.source_name }), submit: lt('put'), done: lt('putDone'),
  fields: [{ kind: 'select', key: 'material_key', label: lt('putSlot'), options: record.materials.filter((each) => each.status !== 'generated').map((each) => ({ value: each.key, label: each.name })) }],
  run: (values) => centre.use(one.material_id ?? '', { case_id: record.id, material_key: said(values, 'material_key') }),
})

export function askProof(words: MaterialWords, record: DeskCase | null, done: () => void): DialogSpec {
  const kinds = words.kinds.filter((one) => !record || one.holders.includes(record.applicant.kind))
  return {
    title: pt('addTitle'), submit: pt('submit'), done: pt('sent'),
    fields: [
      { kind: 'select', key: 'kind', label: pt('name'), options: kinds.map((one) => ({ value: one.key, label: one.name })) },
      { kind: 'pick', key: 'to_org_id', label: pt('to'), find: (q) => Promise.resolve(words.bodies.filter((one) => one.name.includes(q.trim())).slice(0, 20).map((one) => ({ value: one.id, label: one.name }))) },
      ...(record ? [] : holderFields(pt)),
      { kind: 'textarea', key: 'purpose', label: pt('purpose'), hint: pt('purposeHint') },
      { kind: 'date', key: 'due_on', label: pt('due'), hint: pt('dueHint'), from: today() },
      ...(record ? [{ kind: 'select' as const, key: 'material_key', label: pt('slot'), optional: true, options: record.materials.filter((one) => one.status !== 'generated').map((one) => ({ value: one.key, label: one.name })) }] : []),
    ],
    run: async (values, key) => {
      await proofs.ask({ kind: said(values, 'kind'), to_org_id: picked(values.to_org_id)[0] ?? '', purpose: said(values, 'purpose'), due_on: said(values, 'due_on'), case_id: record?.id ?? null, material_key: said(values, 'material_key'), ...(record ? { holder_kind: '', holder_name: '', number: '' } : holderOf(values)) }, key)
      done()
    },
  }
}

export function answerProof(one: ProofRequest): DialogSpec {
  return {
    title: pt('answer'), text: pt('answerText', { org: one.org_name }), submit: pt('answerSubmit'), done: pt('answeredDone'),
    fields: [{ kind: 'file', key: 'file', label: pt('file'), hint: pt('fileHint'), accept: FILES }, { kind: 'date', key: 'valid_until', label: pt('until'), hint: pt('untilHint'), optional: true, from: today() }, { kind: 'textarea', key: 'note', label: pt('note'), optional: true }],
    run: async (values) => {
      const stored = await desk.uploadFile(values.file as File)
      await proofs.answer(one.id, { version: one.version, file: stored.id, valid_until: said(values, 'valid_until') || null, note: said(values, 'note') })
    },
  }
}
export const refuseProof = (one: ProofRequest): DialogSpec => ({ title: pt('refuseTitle'), submit: pt('refuse'), done: pt('refusedDone'), danger: true, fields: [{ kind: 'textarea', key: 'reason', label: pt('reason'), hint: pt('refuseHint') }], run: (values) => proofs.refuse(one.id, { version: one.version, reason: said(values, 'reason') }) })
export const withdrawProof = (one: ProofRequest): DialogSpec => ({ title: pt('withdrawTitle'), text: pt('withdrawText'), submit: pt('withdraw'), cancel: pt('keep'), done: pt('withdrawnDone'), danger: true, fields: [{ kind: 'textarea', key: 'reason', label: pt('reason') }], run: (values) => proofs.withdraw(one.id, { version: one.version, reason: said(values, 'reason') }) })
export function receiveProof(one: ProofRequest, record: DeskCase | null): DialogSpec {
  const slots = record?.materials.filter((each) => each.status !== 'generated').map((each) => ({ value: each.key, label: each.name })) ?? []
  return {
    title: pt('receiveTitle', { name: one.name }), text: pt('receiveText', { org: one.to_org_name }), submit: pt('receive'), done: pt('receivedDone'),
    fields: slots.length ? [{ kind: 'select', key: 'material_key', label: pt('slot'), value: one.material_key, optional: true, options: slots }] : [],
    run: (values) => proofs.receive(one.id, { version: one.version, material_key: slots.length ? said(values, 'material_key') : null }),
  }
}
export const revealProof = (one: ProofRequest, show: (text: string) => void): DialogSpec => ({
  title: pt('revealTitle'), text: pt('revealText'), submit: pt('reveal'), fields: [{ kind: 'textarea', key: 'reason', label: ct('reason'), hint: pt('revealHint') }],
  run: async (values) => { const found = await proofs.reveal(one.id, said(values, 'reason')); show(pt('revealed', { name: found.name, number: found.number })) },
})
export const grantPaper = (words: MaterialWords): DialogSpec => ({
  title: gt('addTitle'), submit: gt('submit'), done: gt('done'),
  fields: [{ kind: 'text', key: 'app_id', label: gt('appId') }, { kind: 'select', key: 'kind', label: gt('kind'), options: words.kinds.map((one) => ({ value: one.key, label: one.name })) }, { kind: 'textarea', key: 'reason', label: gt('reason'), hint: gt('reasonHint') }, { kind: 'date', key: 'valid_until', label: gt('until'), optional: true, from: today() }],
  run: (values, key) => centre.grant({ app_id: said(values, 'app_id'), kind: said(values, 'kind'), reason: said(values, 'reason'), valid_until: said(values, 'valid_until') || null }, key),
})
export const endGrant = (one: MaterialGrant): DialogSpec => ({ title: gt('endTitle', { system: one.system_name, kind: one.kind_name }), text: gt('endText'), submit: gt('end'), cancel: gt('keep'), done: gt('endDone'), danger: true, fields: [], run: () => centre.endGrant(one.id, one.version) })

/** How long until the day a request is due. */
export function leftText(one: ProofRequest): string {
  if (one.days_left === null) return one.state_label
  if (one.days_left < 0) return pt('over', { n: -one.days_left })
  return one.days_left === 0 ? pt('today') : pt('left', { n: one.days_left })
}
export const lookOf = (one: ProofRequest) => (one.days_left !== null && one.days_left < 0 ? 'danger' : PROOF[one.state])
/** What is said of a pull: why it did not succeed, when it is asked again. */
export const pullText = (one: MaterialPull) => [one.problem, one.next_at && one.state === 'waiting' ? lt('next', { at: formatMoment(one.next_at) }) : ''].filter(Boolean).join(' ') || '—'
