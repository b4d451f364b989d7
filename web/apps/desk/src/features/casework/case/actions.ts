/** What can be done with a case: each action as a short form (`DialogSpec`). The server checks all of it again. */
import { desk, ways, type CaseActionKey, type CorrectionItem, type DeskCase, type ExtensionRecord, type Identified, type TimeUnit, type UrgeRecord } from '@tongban/api'
import { fieldsOf, type Form, type FormField } from '@tongban/form-runtime'
import { formatDay } from '@tongban/ui'
import { actions as t, caseTexts } from '../../../messages/index.ts'
import type { Choice, DialogField, DialogSpec } from '../../../parts/dialog.ts'
import { urgeOne } from './urge.ts'

type Key = Parameters<typeof t>[0]
/** 国标 材料必要性 3: may be handed in after acceptance. */
const TOLERABLE = '3'

const text = (value: unknown) => String(value ?? '').trim()
const reason = (label: string, phrases?: string[]): DialogField => ({ kind: 'textarea', key: 'reason', label, phrases })

export function formFields(form: Form): FormField[] {
  return fieldsOf(form).filter((field) => field.type !== 'hidden')
}

export function preReview(c: DeskCase): DialogSpec {
  return {
    title: t('preReviewTitle'), text: t('preReviewText'), submit: t('preReviewSubmit'), done: t('preReviewDone'),
    fields: [
      { kind: 'radio', key: 'result', label: t('result'), options: [{ value: 'pass', label: t('preReviewPass') }, { value: 'refuse', label: t('preReviewRefuse') }] },
      { kind: 'textarea', key: 'note', label: t('note'), hint: t('noteHint'), optional: true },
    ],
    run: (v) => desk.preReview(c.id, { version: c.version, result: v.result === 'refuse' ? 'refuse' : 'pass', note: text(v.note) }),
  }
}

/** All defects in one notice: every material and form field can be ticked, with its own reason. */
export function requestCorrection(c: DeskCase, failed: Record<string, string> = {}): DialogSpec {
  const options: Choice[] = [
    ...c.materials.filter((m) => m.status !== 'exempt').map((m) => ({ value: `m:${m.key}`, label: m.name, hint: caseTexts(`status_${m.status}`) })),
    ...formFields(c.form.schema as unknown as Form).map((f) => ({ value: `f:${f.key}`, label: f.label })),
  ]
  return {
    title: t('correctionTitle'), text: t('correctionText'), submit: t('correctionSubmit'), done: t('correctionDone'),
    fields: [
      { kind: 'reasons', key: 'items', label: t('correctionItems'), missing: t('correctionItemsMissing'), options, phrases: [t('correctionPhrase')], value: failed },
      { kind: 'number', key: 'until_days', label: t('correctionDays'), unit: t('correctionDaysUnit'), value: 5, min: 1, max: 60 },
    ],
    run: (v) => desk.requestCorrection(c.id, {
      version: c.version,
      until_days: Number(v.until_days),
      items: Object.entries(v.items as Record<string, string>).map(([key, why]): CorrectionItem =>
        key.startsWith('m:') ? { material_key: key.slice(2), reason: why.trim() } : { field_key: key.slice(2), reason: why.trim() }),
    }),
  }
}

export function accept(c: DeskCase): DialogSpec {
  const missing = c.materials.filter((m) => m.status === 'missing' || m.status === 'later')
  const tolerable = missing.filter((m) => m.necessity === TOLERABLE)
  const lacking = missing.filter((m) => m.necessity === '1')
  const fields: DialogField[] = []
  if (tolerable.length) {
    fields.push({ kind: 'checks', key: 'tolerated', label: t('acceptTolerated'), hint: t('acceptToleratedHint'), optional: true, value: tolerable.map((m) => m.key), options: tolerable.map((m) => ({ value: m.key, label: m.name })) })
  }
  fields.push({ kind: 'textarea', key: 'note', label: t('acceptNote'), optional: true, phrases: [caseTexts('phrase1')] })
  return {
    title: t('acceptTitle'), text: lacking.length ? t('acceptMissing', { names: lacking.map((m) => m.name).join('、') }) : t('acceptText'),
    submit: t('acceptSubmit'), done: t('acceptDone'), fields,
    run: (v) => desk.accept(c.id, { version: c.version, note: text(v.note), tolerated: (v.tolerated as string[] | undefined) ?? [] }),
  }
}

export function notAccept(c: DeskCase): DialogSpec {
  return { title: t('notAcceptTitle'), text: t('notAcceptText'), submit: t('notAcceptSubmit'), done: t('notAcceptDone'), danger: true, fields: [reason(t('refuseReason'))], run: (v) => desk.notAccept(c.id, { version: c.version, reason: text(v.reason) }) }
}

/** Only the procedures the item names (行政许可法 第四十五条); each says whether its time counts. */
export function suspend(c: DeskCase): DialogSpec {
  const options: Choice[] = c.procedures.map((p) => ({ value: p.key, label: p.name, hint: t(p.counts_in_limit ? 'procedureCounts' : 'procedureStops') }))
  return {
    title: t('suspendTitle'), text: t('suspendText'), submit: t('suspendSubmit'), done: t('suspendDone'),
    fields: [
      options.length > 6 ? { kind: 'select', key: 'procedure', label: t('procedure'), options } : { kind: 'radio', key: 'procedure', label: t('procedure'), options },
      { kind: 'limit', key: 'expected', label: t('expected'), value: { value: 5, unit: 'working_day' } },
      { kind: 'textarea', key: 'reason', label: commonReason() },
    ],
    run: (v) => desk.suspend(c.id, { version: c.version, procedure: text(v.procedure), reason: text(v.reason), expected: v.expected as { value: number; unit: TimeUnit } }),
  }
}

export function resume(c: DeskCase): DialogSpec {
  const open = c.special.find((each) => !each.ended_at)
  return { title: t('resumeTitle'), text: t('resumeText', { name: open?.name ?? t('procedure') }), submit: t('resumeSubmit'), done: t('resumeDone'), fields: [{ kind: 'textarea', key: 'result', label: t('resumeResult') }], run: (v) => desk.resume(c.id, { version: c.version, result: text(v.result) }) }
}

export function extend(c: DeskCase): DialogSpec {
  return {
    title: t('extendTitle'), text: t('extendText'), submit: t('extendSubmit'), done: t('extendDone'),
    fields: [{ kind: 'limit', key: 'by', label: t('extendBy'), value: { value: 5, unit: 'working_day' } }, { kind: 'textarea', key: 'reason', label: commonReason() }],
    run: (v) => desk.askExtension(c.id, { version: c.version, ...(v.by as { value: number; unit: TimeUnit }), reason: text(v.reason) }),
  }
}

export function decideExtension(c: DeskCase, asked: ExtensionRecord): DialogSpec {
  return {
    title: t('decideTitle', { length: asked.length }), text: t('decideText', { name: asked.asked_by, reason: asked.reason }), submit: t('decideSubmit'), done: t('decideDone'),
    fields: [
      { kind: 'radio', key: 'approve', label: t('result'), options: [{ value: 'yes', label: t('decideApprove') }, { value: 'no', label: t('decideRefuse') }] },
      { kind: 'textarea', key: 'opinion', label: t('decideOpinion') },
    ],
    run: (v) => desk.decideExtension(c.id, asked.id, { version: c.version, approve: v.approve === 'yes', opinion: text(v.opinion) }),
  }
}

export function abort(c: DeskCase): DialogSpec {
  return { title: t('abortTitle'), text: t('abortText'), submit: t('abortSubmit'), cancel: t('keep'), done: t('abortDone'), danger: true, fields: [reason(commonReason())], run: (v) => desk.abort(c.id, { version: c.version, reason: text(v.reason) }) }
}

export function voidCase(c: DeskCase): DialogSpec {
  return { title: t('voidTitle'), text: t('voidText'), submit: t('voidSubmit'), cancel: t('keepCase'), done: t('voidDone'), danger: true, fields: [reason(commonReason())], run: (v) => desk.void(c.id, { version: c.version, reason: text(v.reason) }) }
}

export function deliver(c: Pick<DeskCase, 'id' | 'version' | 'delivery' | 'applicant'>, seen: Identified | null = null): DialogSpec {
  if (seen) return deliverTo(c, seen)
  const way = c.delivery?.way ?? 'self'
  const fields: DialogField[] = [
    { kind: 'radio', key: 'way', label: t('deliverWay'), value: way, options: (['self', 'post', 'electronic'] as const).map((each) => ({ value: each, label: caseTexts(`way_${each}`), hint: each === 'electronic' ? t('electronicHint') : undefined })) },
    { kind: 'text', key: 'receiver_name', label: t('receiver'), value: c.applicant.name },
  ]
  fields.push(
    { kind: 'text', key: 'receiver_id_number', label: t('receiverId'), when: (v) => v.way === 'self' },
    { kind: 'text', key: 'waybill', label: t('waybill'), when: (v) => v.way === 'post' },
    { kind: 'textarea', key: 'note', label: t('deliverNote'), optional: true },
  )
  return {
    title: t('deliverTitle'), submit: t('deliverSubmit'), done: t('deliverDone'), fields,
    run: (v) => desk.deliver(c.id, {
      version: c.version, way: v.way as 'self' | 'post' | 'electronic', receiver_name: text(v.receiver_name), note: text(v.note),
      ...(text(v.receiver_id_number) ? { receiver_id_number: text(v.receiver_id_number) } : {}),
      ...(text(v.waybill) ? { waybill: text(v.waybill) } : {}),
    }),
  }
}

/** To somebody identified by card or code: name and number come from there. */
function deliverTo(c: Pick<DeskCase, 'id' | 'version'>, seen: Identified): DialogSpec {
  return {
    title: t('deliverTitle'), text: t('deliverSeen', { name: seen.person.name, way: seen.way_label }), submit: t('deliverSubmit'), done: t('deliverDone'),
    fields: [{ kind: 'textarea', key: 'note', label: t('deliverNote'), hint: t('deliverSeenNote'), optional: true }],
    run: (v) => desk.deliver(c.id, { version: c.version, way: 'self', receiver_name: seen.person.name, note: text(v.note), identification: seen.id }),
  }
}

export function reply(c: DeskCase, urge: UrgeRecord): DialogSpec {
  return { title: t('replyTitle'), text: `${urge.by}：${urge.text}`, submit: t('replySubmit'), done: t('replyDone'), fields: [{ kind: 'textarea', key: 'text', label: t('replyWords') }], run: (v) => desk.replyUrge(c.id, urge.id, text(v.text)) }
}

export type Revealed = Partial<Record<'phone' | 'id_number' | 'address', string>>

/** Raw personal data: shown once, to a person who says why; the server logs both. */
export function reveal(c: DeskCase, field: 'phone' | 'id_number' | 'address', show: (value: string) => void): DialogSpec {
  return {
    title: t('revealTitle', { name: t(`field_${field}`) }), text: t('revealText'), submit: t('revealSubmit'), done: t('revealDone'),
    fields: [
      { kind: 'radio', key: 'why', label: t('revealWhy'), options: (['verify', 'contact', 'post', 'other'] as const).map((each) => ({ value: each, label: t(`why_${each}`) })) },
      { kind: 'text', key: 'note', label: t('note'), optional: true },
    ],
    run: async (v) => show((await desk.reveal(c.id, field, [t(`why_${text(v.why)}` as Key), text(v.note)].filter(Boolean).join('：'))).value),
  }
}

function commonReason(): string {
  return t('reason')
}

/** What was promised at acceptance, brought to the counter on paper. */
export function receiveTolerated(c: DeskCase): DialogSpec {
  const open = c.tolerances.filter((each) => each.state === 'open')
  return {
    title: t('receiveTitle'), text: t('receiveText'), submit: t('receiveSubmit'), done: t('receiveDone'),
    fields: [{ kind: 'checks', key: 'keys', label: t('receiveWhich'), value: open.map((each) => each.key), options: open.map((each) => ({ value: each.key, label: each.name, ...(each.due_on ? { hint: t('receiveUntil', { day: formatDay(each.due_on) }) } : {}) })) }],
    run: (v) => ways.receiveTolerated(c.id, { version: c.version, materials: (v.keys as string[]).map((key) => ({ key, files: [] })) }),
  }
}

/** A supply that is no good goes back with the reason; its days begin anew. */
export function returnTolerated(c: DeskCase): DialogSpec {
  const came = c.tolerances.filter((each) => each.state === 'supplied')
  return {
    title: t('returnLaterTitle'), text: t('returnLaterText'), submit: t('returnLaterSubmit'), done: t('returnLaterDone'),
    fields: [
      { kind: 'radio', key: 'key', label: t('returnLaterWhich'), ...(came.length === 1 ? { value: came[0]!.key } : {}), options: came.map((each) => ({ value: each.key, label: each.name })) },
      reason(t('returnLaterReason')),
    ],
    run: (v) => ways.returnTolerated(c.id, { version: c.version, key: text(v.key), reason: text(v.reason) }),
  }
}

/** The specification behind a button, for all actions that need nothing but the case. */
export function specOf(key: CaseActionKey, c: DeskCase): DialogSpec | null {
  switch (key) {
    case 'pre_review': return preReview(c)
    case 'request_correction': return requestCorrection(c)
    case 'accept': return accept(c)
    case 'not_accept': return notAccept(c)
    case 'suspend': return suspend(c)
    case 'resume': return resume(c)
    case 'extend': return extend(c)
    case 'abort': return abort(c)
    case 'void': return voidCase(c)
    case 'receive_tolerated': return receiveTolerated(c)
    case 'return_tolerated': return returnTolerated(c)
    case 'deliver': return deliver(c)
    case 'urge': return urgeOne({ id: c.id, applicant_name: c.applicant.name, item_name: c.item.name })
    default: return null
  }
}
