/**
 * One intake of a package (CASE-004): the people once, its items one after the other on the steps of the intake of one item,
 * each kept when the next is opened. In memory only, like everything of that intake.
 */
import { asProblem, desk, newKey, packages, type CollectMode, type CounterPackage, type CounterPackageItem, type DeskCase, type PackageApplication, type PackageCheck, type PackageReceipt } from '@tongban/api'
import { computed, reactive, ref, shallowReactive, shallowRef, watch } from 'vue'
import { sentence } from '../../../app/load.ts'
import { packageIntake as t } from '../../../messages/packages.ts'
import {
  anotherMatter, chooseItem, cityWide, entry, form, guide, identified, packaged, people, prefilled, reached, receivable, restart, resume, snapshot, startOver, step, ticket, toReceive, waiting, wrongAt, wrongDelivery,
  type Delivered, type ItemPart, type Step, type Wrong,
} from '../../casework/intake/state.ts'
import { application, carried, stillSame, takenOver, type Earlier } from './parts.ts'

export const chosen = shallowRef<CounterPackage | null>(null)
/** The optional items that are wanted too. */
export const wanted = ref<string[]>([])
/** `package`, `applicant`, the slug of an item, `delivery` or `confirm`. */
export const stage = ref('package')
/** Items as they were left, by slug. One no longer wanted stays until the package is left, should it be wanted again. */
const parts = shallowReactive<Record<string, ItemPart>>({})
/** Items filled in to the end. */
export const finished = ref<string[]>([])
/** Of what was taken over: by item and material, the item it came from. */
const taken = shallowReactive<Record<string, Record<string, string>>>({})
export const collect = ref<CollectMode | ''>('')
/** Whether every certificate is handed over in the same way, which `entry` keeps, or each in its own. */
export const each = ref<'no' | 'yes'>('no')
export const deliveries = reactive<Record<string, Delivered>>({})
export const checked = shallowRef<PackageCheck | null>(null)
export const receipt = shallowRef<PackageReceipt | null>(null)
export const filedAt = ref('')
export interface Outcome { accepted: boolean; why: string | null; record: DeskCase | null }
export const outcomes = shallowReactive<Record<string, Outcome>>({})
/** The same key while the same package is sent again, so that a lost answer never files it twice. */
let key = newKey()

const cleared = (of: Record<string, unknown>) => { for (const name of Object.keys(of)) Reflect.deleteProperty(of, name) }
function forget(): void {
  chosen.value = checked.value = receipt.value = null
  wanted.value = finished.value = []
  stage.value = 'package'
  collect.value = ''
  each.value = 'no'
  for (const of of [parts, taken, deliveries, outcomes]) cleared(of)
  key = newKey()
}
// Whatever begins another intake forgets the package with it.
watch(packaged, (on) => { if (!on) forget() }, { flush: 'sync' })

/** Begins a package; whoever is being served stays, as on the page of one item. */
export function begin(how: 'arrive' | 'clear' | 'next'): void {
  ;(how === 'next' ? restart : how === 'clear' ? startOver : ticket.value ? anotherMatter : restart)()
  waiting.value = false
  packaged.value = true
}

export const items = computed<CounterPackageItem[]>(() => (chosen.value?.items ?? []).filter((item) => item.required || wanted.value.includes(item.item_slug)))
export const slugs = computed(() => items.value.map((item) => item.item_slug))
export const stages = computed(() => ['package', 'applicant', ...slugs.value, 'delivery', 'confirm'])
/** The item that is open; none on the other stages. */
export const item = computed(() => items.value.find(({ item_slug }) => item_slug === stage.value) ?? null)
/** Steps of the open item: the first only where there is something to choose. */
export const steps = computed<Step[]>(() => {
  const several = !item.value?.handle_item && (guide.value?.handle_items.length ?? 0) > 1
  return [...(several || cityWide.value ? ['item' as const] : []), 'situation', 'form', 'materials']
})
export const partOf = (slug: string): ItemPart | undefined => (slug === stage.value ? snapshot() : parts[slug])
const named = (slug: string) => items.value.find(({ item_slug }) => item_slug === slug)?.item_name ?? ''
const others = (): Earlier[] => slugs.value.filter((slug) => slug !== stage.value).flatMap((slug) => { const part = parts[slug]; return part ? [{ name: named(slug), part }] : [] })

export function choose(pack: CounterPackage): void {
  // An item begun for another package stays where this one wants it the same way.
  for (const slug of Object.keys(parts)) {
    const wantedSo = pack.items.find(({ item_slug }) => item_slug === slug)?.handle_item
    if (wantedSo && parts[slug]?.entry.handleItem !== wantedSo) drop(slug)
  }
  chosen.value = pack
  wanted.value = []
  // What is written down already, of a person or an enterprise, is not made the other.
  if (!entry.applicant.name.trim()) entry.applicant.kind = pack.object
}
function drop(slug: string): void {
  Reflect.deleteProperty(parts, slug)
  Reflect.deleteProperty(taken, slug)
  finished.value = finished.value.filter((one) => one !== slug)
}

/** Moves to a stage: the open item is kept, the one moved to is opened where it was left or begun. */
export async function goTo(to: string, at?: Step): Promise<void> {
  if (to !== stage.value) {
    if (item.value) parts[stage.value] = snapshot()
    const next = items.value.find(({ item_slug }) => item_slug === to)
    const part = parts[to]
    if (!next || part) resume(next ? part : undefined)
    else {
      await chooseItem(to)
      entry.handleItem = next.handle_item ?? entry.handleItem
      // Where the applicant is at home does not change from item to item.
      const home = Object.values(parts).map((other) => other.entry.area).find((area) => cityWide.value?.places.some((place) => place.region === area))
      entry.area = home ?? ''
    }
    stage.value = to
    step.value = steps.value[0] ?? 'situation'
  }
  if (at) step.value = steps.value.includes(at) ? at : (steps.value[0] ?? 'situation')
  if (to === 'delivery') spread()
  reached.value = Math.max(reached.value, stages.value.indexOf(to))
}
/** The first item not filled in to the end; the delivery when all are. */
export const nextStage = () => slugs.value.find((slug) => !finished.value.includes(slug)) ?? 'delivery'

/** Offers what was filled in for other items, where nothing stands yet. */
export function fillForm(): void {
  if (!form.value) return
  // Offered once: what the clerk empties stays empty.
  const found = carried(form.value, entry.form, others()).filter((one) => !prefilled.value.some((before) => before.key === one.key))
  if (!found.length) return
  entry.form = { ...entry.form, ...Object.fromEntries(found.map((one) => [one.key, one.value])) }
  prefilled.value = [...prefilled.value, ...found.map((one) => ({ key: one.key, locked: false, source: t('carried', { name: one.from }) }))]
}
export function takeOver(): void {
  const before = taken[stage.value] ?? {}
  const found = Object.entries(takenOver(toReceive.value.filter((m) => !(m.key in before)), entry.handed, others()))
  Object.assign(entry.handed, Object.fromEntries(found.map(([name, one]) => [name, one.handed])))
  taken[stage.value] = { ...before, ...Object.fromEntries(found.map(([name, one]) => [name, one.from])) }
}
export const notes = computed(() => Object.fromEntries(Object.entries(stillSame(taken[stage.value] ?? {}, toReceive.value, entry.handed, others())).map(([name, from]) => [name, t('same', { name: from })])))

/** Each certificate begins with the way said for all. */
export function spread(): void {
  if (each.value === 'yes') for (const slug of slugs.value) deliveries[slug] ??= { way: entry.way, address: { ...entry.address } }
}
export const deliveryOf = (slug: string): Delivered => (each.value === 'yes' ? deliveries[slug] : undefined) ?? entry
/** What stops the clerk from leaving a stage that is no item. */
export function wrongStage(): Wrong[] {
  if (stage.value === 'package') {
    if (!chosen.value) return [{ id: 'pk-items', message: t('chooseFirst') }]
    // One item alone is an ordinary intake.
    return items.value.length < 2 ? [{ id: 'pk-also', message: t('tooFew') }] : []
  }
  if (stage.value === 'applicant') {
    const kind = chosen.value?.object ?? 'person'
    return [...(entry.applicant.kind === kind ? [] : [{ id: 'in-kind', message: t(`only_${kind}`) }]), ...wrongAt('applicant')]
  }
  if (stage.value !== 'delivery') return []
  const ways = each.value === 'no' ? wrongDelivery(entry) : slugs.value.flatMap((slug, at) => wrongDelivery(deliveryOf(slug), `pk-${at}`).map((wrong) => ({ ...wrong, message: t('ofItem', { name: named(slug), text: wrong.message }) })))
  return [...ways, ...(collect.value ? [] : [{ id: 'pk-collect', message: t('chooseCollect') }])]
}

export function body(): PackageApplication {
  const filled = slugs.value.flatMap((slug) => { const part = partOf(slug); return part ? [{ part, delivery: deliveryOf(slug) }] : [] })
  const { applicant, agent, identification } = people()
  return application(chosen.value?.key ?? '', { applicant, agent: agent ?? null, identification: identification ?? null, ...(ticket.value ? { ticket: ticket.value.id } : {}) }, collect.value || 'ready', filled)
}
export async function submit(): Promise<void> {
  receipt.value = await packages.create(body(), key)
  filedAt.value = new Date().toISOString()
  // The package has used it up. What follows is the next visitor's, or another matter.
  identified.value = null
  reached.value = 0
}

const DECIDED = ['accepted', 'in_review', 'special', 'decided', 'closed', 'delivered']
/** Accepts each case in turn. One that is refused stays received and says why; the others go on. */
export async function acceptAll(): Promise<void> {
  for (const { case_id, item_slug } of receipt.value?.cases ?? []) {
    if (outcomes[case_id]?.accepted) continue
    let record: DeskCase | null = null
    try {
      record = await desk.case(case_id)
      // Accepted already where the answer was lost, or by the system itself.
      if (!DECIDED.includes(record.state)) {
        const part = partOf(item_slug)
        const tolerated = part ? receivable(part.resolution).filter((m) => part.entry.handed[m.key]?.handing === 'later').map((m) => m.key) : []
        await desk.accept(case_id, { version: record.version, note: '', tolerated })
        record = await desk.case(case_id).catch(() => record)
      }
      outcomes[case_id] = { accepted: true, why: null, record }
    } catch (thrown) {
      outcomes[case_id] = { accepted: false, why: sentence(asProblem(thrown)), record }
    }
  }
}
