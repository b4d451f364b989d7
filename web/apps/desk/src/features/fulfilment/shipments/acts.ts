/** What can be done with shipments: each action as a short form. The server checks all of it again. */
import { ApiProblem, desk, shipping, type ShipmentParty, type ShipmentsMade, type ShipmentView } from '@tongban/api'
import { shipments as t } from '../../../messages/fulfilment.ts'
import type { Choice, DialogField, DialogSpec, DialogValues } from '../../../parts/dialog.ts'

const text = (value: unknown) => String(value ?? '').trim()
const PARTY = ['name', 'phone', 'region', 'address'] as const
const partyFields = (when: (values: DialogValues) => boolean): DialogField[] => PARTY.map((key) => ({ kind: 'text', key, label: t(key), when, optional: key === 'region' }))
const party = (values: DialogValues): ShipmentParty => ({ name: text(values.name), phone: text(values.phone), region: text(values.region), address: text(values.address) })

/** Closed cases found by what is typed; the server says which of them go by post. */
const cases = async (q: string): Promise<Choice[]> => {
  const found = await desk.cases({ state: 'closed', q, sort: 'submitted_at', limit: 20 })
  return found.items.map((row) => ({ value: row.id, label: `${row.item_name}　${row.applicant_name}`, hint: `…${row.case_number.slice(-12)}` }))
}

export function sendResults(done: (made: ShipmentsMade) => void, start: Choice[] = []): DialogSpec {
  return {
    title: t('sendTitle'), text: t('sendText'), submit: t('send'),
    fields: [
      { kind: 'pick', key: 'cases', label: t('sendCases'), multiple: true, value: start, find: cases },
      { kind: 'number', key: 'weight', label: t('sendWeight'), unit: t('gram'), value: 200, min: 1, max: 50_000 },
      { kind: 'radio', key: 'sender', label: t('ownSender'), value: 'place', options: [{ value: 'place', label: t('sender_place') }, { value: 'own', label: t('sender_own') }] },
      ...partyFields((values) => values.sender === 'own'),
    ],
    run: async (values, key) => {
      const ids = ((values.cases as Choice[] | undefined) ?? []).map((each) => each.value)
      done(await shipping.order({ case_ids: ids, weight_g: Number(values.weight), ...(values.sender === 'own' ? { sender: party(values) } : {}) }, key))
    },
  }
}

export function retry(row: ShipmentView): DialogSpec {
  return {
    title: t('retry'), text: t('retryText', { error: row.error ?? '' }), submit: t('retry'), done: t('retryDone'),
    fields: [
      { kind: 'radio', key: 'receiver', label: t('retryKeep'), value: 'keep', options: [{ value: 'keep', label: t('keep') }, { value: 'change', label: t('change') }] },
      ...partyFields((values) => values.receiver === 'change'),
    ],
    run: (values) => shipping.retry(row.id, { version: row.version, ...(values.receiver === 'change' ? { receiver: party(values) } : {}) }),
  }
}

export function callOff(row: ShipmentView): DialogSpec {
  return { title: t('cancel'), text: t('cancelText'), submit: t('cancel'), cancel: t('cancelKeep'), done: t('cancelDone'), danger: true, fields: [{ kind: 'textarea', key: 'reason', label: t('reason') }], run: (values) => shipping.cancel(row.id, { version: row.version, reason: text(values.reason) }) }
}

/** One box a line: `第 1 箱，2500`. */
export function boxesOf(lines: string): { label: string; weight_g: number }[] {
  return lines.split('\n').map((line) => line.trim()).filter(Boolean).map((line, at) => {
    const found = /^(.+?)[，,\t]\s*(\d{1,5})$/.exec(line)
    if (!found) throw new ApiProblem(422, { title: t('boxWrong', { n: at + 1 }) })
    return { label: (found[1] ?? '').trim(), weight_g: Number(found[2]) }
  })
}
