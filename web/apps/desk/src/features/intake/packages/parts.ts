/** The parts of a package: what one item hands on to the next, and where a problem of the whole belongs. Pure. */
import type { CollectMode, PackageApplication, ResolvedMaterial } from '@tongban/api'
import { fieldsOf, type FieldType, type Form, type FormField, type FormValues } from '@tongban/form-runtime'
import { itemBody, placeOf, receivable, type Delivered, type Handed, type ItemPart, type Step } from '../../casework/intake/state.ts'

/** An item filled in before, with its name. */
export interface Earlier { name: string; part: ItemPart }

const ANYWAY: string[] = ['paper', 'scan']
/** Whether this item takes a paper so too: out of the store of licences, or later, only where it says so. */
const allowed = (m: ResolvedMaterial, handing: string) => ANYWAY.includes(handing) || (handing === 'later' && m.necessity === '3')

function handedBefore(name: string, earlier: readonly Earlier[]): { from: string; handed: Handed }[] {
  return earlier.flatMap(({ name: from, part }) => receivable(part.resolution)
    .filter((m) => m.name.trim() === name.trim())
    .flatMap((m) => { const handed = part.entry.handed[m.key]; return handed?.handing ? [{ from, handed }] : [] }))
}

/** Papers of the same name handed in for an earlier item, for materials of which nothing was said yet; by key, with the item's name. */
export function takenOver(materials: readonly ResolvedMaterial[], handed: Readonly<Record<string, Handed>>, earlier: readonly Earlier[]): Record<string, { from: string; handed: Handed }> {
  return Object.fromEntries(materials.filter((m) => !handed[m.key]?.handing && !m.exempt).flatMap((m) => {
    const found = handedBefore(m.name, earlier).find((each) => allowed(m, each.handed.handing))
    return found ? [[m.key, { from: found.from, handed: { ...found.handed, files: [...found.handed.files] } }]] : []
  }))
}

const files = (handed: Handed) => handed.files.map((file) => file.id).join()
/** Of what was taken over from an item, by key: what is still the same paper. Once the clerk changes it on either side, it is another one. */
export function stillSame(taken: Readonly<Record<string, string>>, materials: readonly ResolvedMaterial[], handed: Readonly<Record<string, Handed>>, earlier: readonly Earlier[]): Record<string, string> {
  return Object.fromEntries(materials.flatMap((m) => {
    const mine = handed[m.key]
    const from = taken[m.key]
    if (!mine || !from) return []
    const same = handedBefore(m.name, earlier).some((each) => each.from === from && each.handed.handing === mine.handing && files(each.handed) === files(mine))
    return same ? [[m.key, from]] : []
  }))
}

/** What holds other fields, or belongs to one form alone. */
const OWN: FieldType[] = ['group', 'table', 'file', 'image', 'signature', 'seal', 'hidden']
const empty = (value: unknown) => value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
/** What the applicant affirms is affirmed for each item anew. */
const affirms = (field: FormField) => field.type === 'switch' || (field.type === 'checkboxes' && field.options?.length === 1)
const fillable = (field: FormField) => !OWN.includes(field.type) && !affirms(field) && !field.compute && !field.locked && !field.readOnly
const wordOf = (field: FormField, value: unknown) => field.options?.find((option) => option.value === value)?.label
/** A choice of the earlier form only where this one offers it in the same words. */
const offers = (field: FormField, before: FormField, value: unknown) => !field.options || [value].flat().every((each) => { const word = wordOf(field, each); return word !== undefined && word === wordOf(before, each) })

const wordsOf = (field: FormField) => `${field.type}/${field.label.trim()}`
/** Fields whose label stands once in their form: two of them (姓名 of the applicant, 姓名 of the heir) do not say who is meant. */
function alone(form: Form): FormField[] {
  const all = fieldsOf(form)
  return all.filter((field) => all.filter((other) => wordsOf(other) === wordsOf(field)).length === 1)
}
/** Values of fields of the same label and type in earlier items, for what is still empty; each with the item's name. */
export function carried(form: Form, values: FormValues, earlier: readonly Earlier[]): { key: string; value: unknown; from: string }[] {
  const known = earlier.flatMap(({ name, part }) => (part.form ? alone(part.form) : []).map((field) => ({ field, value: part.entry.form[field.key], from: name }))).filter((each) => !empty(each.value))
  return alone(form).filter((field) => fillable(field) && empty(values[field.key])).flatMap((field) => {
    const found = known.find((each) => wordsOf(each.field) === wordsOf(field) && offers(field, each.field, each.value))
    return found ? [{ key: field.key, value: found.value, from: found.from }] : []
  })
}

/** Where a problem is mended: a stage of the intake, or the step of an item (`stage` is its slug); no stage: above all of them. */
export interface Place { stage: string; step: Step | null; id: string; /** What is left of the pointer inside the item. */ inner: string }

export function placeIn(pointer: string, slugs: readonly string[], each: boolean): Place {
  const [, root = '', no = '', ...rest] = pointer.split('/')
  if (root === 'items' && rest.length) {
    const slug = slugs[Number(no)]
    const inner = `/${rest.join('/')}`
    if (slug === undefined || rest[0] === 'item_slug') return { stage: 'package', step: null, id: 'pk-items', inner: '' }
    if (rest[0] === 'delivery') return { stage: 'delivery', step: null, id: each ? deliveryId(Number(no), 'way') : 'in-way', inner }
    if (rest[0] === 'handle_item') return { stage: slug, step: 'item', id: 'in-handle', inner }
    if (rest[0] === 'area') return { stage: slug, step: 'item', id: 'in-area', inner }
    return { stage: slug, ...placeOf(inner), inner }
  }
  if (root === 'applicant' || root === 'agent' || root === 'identification') return { stage: 'applicant', step: null, id: placeOf(root === 'identification' ? '/applicant' : pointer).id, inner: '' }
  if (root === 'collect') return { stage: 'delivery', step: null, id: 'pk-collect', inner: '' }
  if (root === 'ticket') return { stage: '', step: null, id: 'in-ticket', inner: '' }
  return { stage: 'package', step: null, id: 'pk-items', inner: '' }
}
export const deliveryId = (at: number, control: 'way' | 'd-name' | 'd-phone' | 'd-address') => `pk-${at}-${control}`

/** What is sent: the people once, each item with its own way of delivery. */
export function application(
  chosen: string, people: Pick<PackageApplication, 'applicant' | 'agent' | 'identification' | 'ticket'>, collect: CollectMode, parts: readonly { part: ItemPart; delivery: Delivered }[],
): PackageApplication {
  return { package: chosen, ...people, collect, items: parts.map(({ part, delivery }) => itemBody(part.entry, receivable(part.resolution), delivery)) }
}
