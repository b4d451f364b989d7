/** What can be done with paper that changes hands: each action as a short form. The server checks all of it again. */
import { ApiProblem, desk, handOvers, type HandOverView } from '@tongban/api'
import { handovers as t } from '../../../messages/fulfilment.ts'
import type { Choice, DialogSpec, DialogValues } from '../../../parts/dialog.ts'

const text = (value: unknown) => String(value ?? '').trim()
const chosen = (value: unknown) => ((value as Choice[] | undefined) ?? []).map((each) => each.value)
const byCourier = (values: DialogValues) => values.courier === 'yes'

const cases = async (q: string): Promise<Choice[]> => {
  const found = await desk.cases({ q, sort: 'submitted_at', limit: 20 })
  return found.items.map((row) => ({ value: row.id, label: `${row.item_name}　${row.applicant_name}`, hint: `…${row.case_number.slice(-12)}` }))
}

const receivers = async (q: string): Promise<Choice[]> => (await handOvers.receivers(q)).items.map((org) => ({ value: org.id, label: org.name }))

/** One piece a line: `营业执照正本，1`. */
export function piecesOf(lines: string): { name: string; copies: number }[] {
  return lines.split('\n').map((line) => line.trim()).filter(Boolean).map((line, at) => {
    const found = /^(.+?)[，,\t]\s*(\d{1,3})$/.exec(line)
    if (!found) throw new ApiProblem(422, { title: t('pieceWrong', { n: at + 1 }) })
    return { name: (found[1] ?? '').trim(), copies: Number(found[2]) }
  })
}

export function create(made: (one: HandOverView) => void): DialogSpec {
  const line = (key: 'senderName' | 'senderPhone' | 'senderAddress' | 'receiverName' | 'receiverPhone' | 'receiverAddress') => ({ kind: 'text' as const, key, label: t(key), when: byCourier })
  return {
    title: t('addTitle'), text: t('addText'), submit: t('add'), done: t('addDone'),
    fields: [
      { kind: 'pick', key: 'to', label: t('toOrg'), find: receivers },
      { kind: 'pick', key: 'cases', label: t('cases'), multiple: true, find: cases },
      { kind: 'textarea', key: 'pieces', label: t('pieces'), hint: t('piecesHint') },
      { kind: 'text', key: 'note', label: t('note'), optional: true },
      { kind: 'radio', key: 'courier', label: t('courier'), value: 'no', options: [{ value: 'no', label: t('courier_no') }, { value: 'yes', label: t('courier_yes') }] },
      line('senderName'), line('senderPhone'), line('senderAddress'), line('receiverName'), line('receiverPhone'), line('receiverAddress'),
      { kind: 'number', key: 'weight', label: t('weight'), unit: t('gram'), value: 500, min: 1, max: 50_000, when: byCourier },
    ],
    run: async (values, key) => {
      const listed = piecesOf(text(values.pieces))
      const pieces = chosen(values.cases).flatMap((case_id) => listed.map((one) => ({ case_id, ...one })))
      const end = (side: 'sender' | 'receiver') => ({ name: text(values[`${side}Name`]), phone: text(values[`${side}Phone`]), region: '', address: text(values[`${side}Address`]) })
      made(await handOvers.create({ to_org_id: chosen(values.to)[0] ?? '', pieces, note: text(values.note), ...(byCourier(values) ? { courier: { sender: end('sender'), receiver: end('receiver'), weight_g: Number(values.weight) } } : {}) }, key))
    },
  }
}

export const send = (one: HandOverView): DialogSpec => ({ title: t('send'), text: t('sendText'), fields: [], submit: t('send'), done: t('sendDone'), run: () => handOvers.send(one.id, one.version) })
export const callOff = (one: HandOverView): DialogSpec => ({ title: t('cancel'), text: t('cancelText'), fields: [], submit: t('cancel'), cancel: t('keep'), done: t('cancelDone'), danger: true, run: () => handOvers.cancel(one.id, one.version) })

/** Signs in: complete, or piece by piece what came. */
export function receive(one: HandOverView): DialogSpec {
  const short = (values: DialogValues) => values.whole === 'no'
  return {
    title: t('receive'), text: `${one.from_name}　${one.number}`, submit: t('receive'), done: t('receiveDone'),
    fields: [
      { kind: 'radio', key: 'whole', label: t('isWhole'), value: 'yes', options: [{ value: 'yes', label: t('whole') }, { value: 'no', label: t('short') }] },
      ...one.pieces.map((piece) => ({ kind: 'number' as const, key: `piece${piece.no}`, label: t('pieceOf', { no: piece.no, name: piece.name, n: piece.copies }), value: piece.copies, min: 0, max: piece.copies, when: short })),
      { kind: 'textarea', key: 'remark', label: t('remark'), hint: t('remarkHint'), when: short },
    ],
    run: (values) => {
      const fewer = short(values) ? one.pieces.filter((piece) => Number(values[`piece${piece.no}`]) < piece.copies).map((piece) => ({ no: piece.no, copies: Number(values[`piece${piece.no}`]) })) : []
      return handOvers.receive({ code: one.number, fewer, remark: short(values) ? text(values.remark) : '' })
    },
  }
}
