/** A request about personal data as a form: what is done at each place, and back as orders for the server. */
import { asProblem, type PrivacyCase, type PrivacyOrder } from '@tongban/api'
import { formatCount } from '@tongban/ui'
import { privacy as t } from '../../../messages/privacy.ts'
import type { DialogField, DialogValues } from '../../../parts/dialog.ts'

export interface PlaceGroup { title?: string; hint?: string; fields: DialogField[] }
type Place = PrivacyCase['places'][number]
const KEEP = 'keep'
const ERASE = 'erase'
const CORRECT = 'correct:'
const act = (i: number) => `act_${i}`
const value = (i: number) => `value_${i}`
const note = (i: number) => `note_${i}`

/** Whether something can be done at a place at all; the others are only told. */
export const acts = (place: Place) => place.may_erase || place.fields.length > 0

function group(place: Place, i: number, kind: string): PlaceGroup {
  const erase = kind === 'delete' && place.asked && place.may_erase
  const correct = kind === 'correct' && place.asked && place.fields.length === 1
  const options = [
    { value: KEEP, label: t('actKeep') },
    ...place.fields.map((field) => ({ value: `${CORRECT}${field.field}`, label: field.now ? t('actCorrect', { name: field.label, now: field.now }) : t('actCorrectEmpty', { name: field.label }) })),
    ...(place.may_erase ? [{ value: ERASE, label: t('actErase', { n: formatCount(place.count) }) }] : []),
  ]
  const says = [place.content, place.kept_because && t('placeKept', { why: place.kept_because }), place.why_not && t('placeNot', { why: place.why_not })].filter(Boolean)
  return {
    title: `${place.label}${place.asked ? t('askedHere') : ''}`,
    hint: says.join(' '),
    fields: [
      { kind: 'radio', key: act(i), label: t('actOf', { name: place.label }), options, value: erase ? ERASE : correct ? `${CORRECT}${place.fields[0]?.field}` : KEEP },
      { kind: 'text', key: value(i), label: t('rightValue'), when: (values) => String(values[act(i)]).startsWith(CORRECT) },
      { kind: 'text', key: note(i), label: t('placeNote'), hint: t('placeNoteHint'), optional: true, when: (values) => place.asked || values[act(i)] !== KEEP },
    ],
  }
}

/** The form: the answer, then each place where something can be done. */
export function groupsOf(found: PrivacyCase): PlaceGroup[] {
  const { request, places } = found
  const asked = places.find((place) => place.asked)
  const mayNot = request.kind === 'delete' && request.kept_because !== ''
  return [
    {
      title: t('answer'),
      fields: [
        { kind: 'radio', key: 'granted', label: t('result'), value: mayNot ? 'no' : '', options: [...(mayNot ? [] : [{ value: 'yes', label: t(request.kind === 'delete' ? 'grantDelete' : 'grantCorrect') }]), { value: 'no', label: t('refuse') }] },
        { kind: 'textarea', key: 'text', label: t('words'), hint: t('wordsHint'), value: request.kind === 'delete' ? request.kept_because : asked && asked.fields.length === 0 ? asked.why_not : '' },
      ],
    },
    ...places.flatMap((place, i) => (acts(place) ? [group(place, i, request.kind)] : [])),
  ]
}

/** What is ordered. A refusal changes nothing; what stays untouched elsewhere needs no order. */
export function ordersOf(places: readonly Place[], values: DialogValues): { orders: PrivacyOrder[]; at: number[] } {
  const orders: PrivacyOrder[] = []
  const at: number[] = []
  places.forEach((place, i) => {
    if (!acts(place)) return
    const chosen = values.granted === 'yes' ? String(values[act(i)] ?? KEEP) : KEEP
    const words = String(values[note(i)] ?? '').trim()
    if (chosen === KEEP && !words) return
    const field = chosen.startsWith(CORRECT) ? chosen.slice(CORRECT.length) : ''
    orders.push({ held_key: place.key, act: field ? 'correct' : chosen === ERASE ? 'erase' : 'keep', field, value: field ? String(values[value(i)] ?? '').trim() : '', note: words })
    at.push(i)
  })
  return { orders, at }
}

/** A problem of the server at the field it is about: `/places/0/value` is the value of the place ordered first. */
export function placed(thrown: unknown, at: readonly number[]): unknown {
  const problem = asProblem(thrown)
  for (const error of problem.errors) {
    const found = /^\/places\/(\d+)\/(value|note)$/.exec(error.pointer)
    const place = found ? at[Number(found[1])] : undefined
    if (found && place !== undefined) error.pointer = `/${found[2]}_${place}`
  }
  return problem
}
