/**
 * One counter intake from choosing the item to submitting. Kept in memory only: a counter is shared,
 * so nothing about an applicant may stay in the browser after the tab is closed.
 */
import { asProblem, counters, desk, newKey, type CityWideItem, type CheckProblem, type CounterCase, type DeliveryWay, type DeskCase, type FileRef, type Guide, type Identified, type Handing, type HeldLicence, type PackageItem, type Receipt, type Resolution, type ResolvedMaterial, type Situation, type TakenTicket, type Ticket, type TicketVisitor } from '@tongban/api'
import { fieldsOf, startValues, type Form, type FormValues } from '@tongban/form-runtime'
import { today } from '@tongban/ui'
import { computed, reactive, ref, shallowRef } from 'vue'
import { sentence } from '../../../app/load.ts'
import { intake as t } from '../../../messages/index.ts'
import { fillFromTicket, peopleOf } from './ticket.ts'

export const STEPS = ['item', 'applicant', 'situation', 'form', 'materials', 'delivery', 'confirm'] as const
export type Step = (typeof STEPS)[number]
export interface Person { name: string; id_number: string; phone: string }
export interface Handed { handing: Handing | ''; copies: number; files: FileRef[] }
export interface Wrong { id: string; message: string; step?: Step }

const fresh = () => ({
  slug: '', handleItem: '',
  applicant: { kind: 'person' as 'person' | 'enterprise', name: '', id_number: '', uscc: '', phone: '', legal_person: '' },
  byAgent: 'no' as 'no' | 'yes',
  agent: { name: '', id_number: '', phone: '' } as Person,
  situations: {} as Record<string, string | string[]>,
  form: {} as FormValues,
  handed: {} as Record<string, Handed>,
  way: 'self' as DeliveryWay,
  address: { name: '', phone: '', region: '', address: '' },
  /** The licence a change or renewal is about. */
  oldLicence: '',
  /** Where the applicant is at home, for an item of every hall: decides which department handles it. */
  area: '',
})

export const entry = reactive(fresh())
export const step = ref<Step>('item')
/** The furthest step reached: earlier ones are links. */
export const reached = ref(0)
export const guide = shallowRef<Guide | null>(null)
/** The mark of an item that every hall takes in, with its areas; null for every other item. */
export const cityWide = shallowRef<CityWideItem | null>(null)
/** Whether the applicant waits: only such items are offered, and the case is flagged when it takes too long. */
export const waiting = ref(false)
/** Whether what is filled in belongs to a package: its page and that of one item share the people and the steps. */
export const packaged = ref(false)
export const resolution = shallowRef<Resolution | null>(null)
export const form = shallowRef<Form | null>(null)
/** Valid licences of the applicant that the application may be about. */
export const oldLicences = shallowRef<HeldLicence[]>([])
export interface Created { receipt: Receipt; record: DeskCase | null; accepted: boolean; notAccepted: string | null }
export const created = shallowRef<Created | null>(null)
/** Who was identified by card or code; whoever is typed in by hand was not. */
export const identified = shallowRef<Identified | null>(null)
/** The number being served, and what its queue says of whoever holds it; the case is filed with the number. */
export const ticket = shallowRef<Ticket | null>(null)
export const visitor = shallowRef<TicketVisitor | null>(null)
/** The item the number names, while this counter does not take it in: looked for at once, so that the clerk sees where to send the visitor. */
export const wanted = ref('')
/** Fields filled in from sources, each with where it came from; sources that did not answer; what rules warn of. */
export const prefilled = shallowRef<{ key: string; locked: boolean; source: string }[]>([])
export const unanswered = shallowRef<string[]>([])
export const warnings = shallowRef<CheckProblem[]>([])
let filledFor = ''
/** Code of what a rule bound to the form says; the server alone knows the rules. */
export const RULE = 'rule'
/** The same key while the same intake is sent again, so that a lost answer never makes two cases. */
let key = newKey()

export function restart(): void {
  Object.assign(entry, fresh())
  step.value = 'item'
  reached.value = 0
  packaged.value = false
  guide.value = resolution.value = form.value = created.value = identified.value = cityWide.value = null
  oldLicences.value = []
  unlink()
  forgetSources()
  key = newKey()
}

/** The intake goes on without the number. */
export function unlink(): void {
  ticket.value = visitor.value = null
  wanted.value = ''
}

/** More is filled in than the choice of an item: it would be missed. */
export const underWay = computed(() => !created.value && reached.value > 0)

/** Begins an intake for whoever holds the number just taken over. The item it names is chosen when this counter takes it in. */
export async function receive(taken: TakenTicket): Promise<void> {
  restart()
  waiting.value = false
  serve(taken.ticket, taken.visitor)
  const { item_slug: slug, item_name: name } = taken.ticket
  if (!slug) return
  try {
    const { items } = await counters.items({ q: name })
    if (items.some((item) => item.slug === slug)) await chooseItem(slug)
    else wanted.value = name
  } catch {
    // The visitor is taken over already; without its item the clerk chooses one.
    wanted.value = name
  }
}

function serve(number: Ticket, who: TicketVisitor | null): void {
  ticket.value = number
  visitor.value = who
  if (who) fillFromTicket(who, entry)
}

/** What was filled in goes; the number being served stays, and with it what its queue said. */
export function startOver(): void {
  const [number, who] = [ticket.value, visitor.value]
  restart()
  if (number) serve(number, who)
}

/** Another matter of whoever stands here: the people and the number stay. A case uses an identification up, so the card is read again. */
export function anotherMatter(): void {
  const [people, seen, number, who] = [peopleOf(entry), created.value ? null : identified.value, ticket.value, visitor.value]
  restart()
  Object.assign(entry, people)
  ;[identified.value, ticket.value, visitor.value] = [seen, number, who]
}

/** The visitor has gone: nothing of him may greet the next one. What is under way is not thrown away, it only goes on without the number. */
export function ended(id: string): void {
  if (ticket.value?.id !== id) return
  if (underWay.value) unlink()
  else restart()
}

function forgetSources(): void {
  prefilled.value = []
  unanswered.value = []
  warnings.value = []
  filledFor = ''
}

const OF_ITEM = ['slug', 'handleItem', 'situations', 'form', 'handed', 'oldLicence', 'area'] as const
/** What an intake knows of one item, without the people and the delivery: a package holds several. */
export interface ItemPart {
  entry: Pick<ReturnType<typeof fresh>, (typeof OF_ITEM)[number]>
  guide: Guide | null; cityWide: CityWideItem | null; resolution: Resolution | null; form: Form | null; oldLicences: HeldLicence[]
  prefilled: { key: string; locked: boolean; source: string }[]; unanswered: string[]; warnings: CheckProblem[]; filledFor: string
}
const noItem = (): ItemPart => ({ entry: fresh(), guide: null, cityWide: null, resolution: null, form: null, oldLicences: [], prefilled: [], unanswered: [], warnings: [], filledFor: '' })

/** The item that is open, to go on with it later. */
export function snapshot(): ItemPart {
  const { slug, handleItem, situations, form: values, handed, oldLicence, area } = entry
  return {
    entry: { slug, handleItem, situations, form: values, handed, oldLicence, area },
    guide: guide.value, cityWide: cityWide.value, resolution: resolution.value, form: form.value, oldLicences: oldLicences.value,
    prefilled: prefilled.value, unanswered: unanswered.value, warnings: warnings.value, filledFor,
  }
}
/** Goes on with an item; without one none is open. The people stay. */
export function resume(part = noItem()): void {
  for (const name of OF_ITEM) Object.assign(entry, { [name]: part.entry[name] })
  guide.value = part.guide
  cityWide.value = part.cityWide
  resolution.value = part.resolution
  form.value = part.form
  oldLicences.value = part.oldLicences
  prefilled.value = part.prefilled
  unanswered.value = part.unanswered
  warnings.value = part.warnings
  filledFor = part.filledFor
}

export async function chooseItem(slug: string): Promise<void> {
  const [described, mark] = await Promise.all([desk.guide(slug), counters.cityWideItem(slug).catch(() => null)])
  guide.value = described
  cityWide.value = mark?.open ? mark : null
  entry.area = ''
  entry.slug = slug
  const [only] = guide.value.handle_items
  entry.handleItem = guide.value.handle_items.length === 1 && only ? only.key : ''
  entry.situations = {}
  entry.form = {}
  entry.handed = {}
  resolution.value = null
  form.value = null
  oldLicences.value = []
  entry.oldLicence = ''
  forgetSources()
}

export async function resolve(): Promise<void> {
  const { slug, handleItem } = entry
  if (!slug || !handleItem) return
  const answer = await desk.resolve(slug, { handle_item: handleItem, situations: entry.situations, conditions: {} })
  // Another item may have been opened meanwhile; so below.
  if (entry.slug === slug) resolution.value = answer
}

/** Questions that apply now, in the order of the guide. */
export const questions = computed<Situation[]>(() => questionsOf({ guide: guide.value, resolution: resolution.value }))
export const questionsOf = (part: Pick<ItemPart, 'guide' | 'resolution'>): Situation[] => (part.guide?.situations ?? []).filter((each) => part.resolution?.questions.includes(each.key))

export async function loadForm(): Promise<void> {
  const { slug } = entry
  const made = form.value ?? (await desk.form(slug, entry.handleItem)) as unknown as Form
  if (entry.slug !== slug) return
  form.value = made
  prefill(made)
}

/** Fills what is still empty from the card read, data sharing, licences and earlier cases; only for whoever was identified, once. */
export async function fillFromSources(): Promise<void> {
  const who = identified.value?.id ?? ''
  const { slug } = entry
  if (!who || filledFor === `${who}/${slug}`) return
  const { filled, unanswered: silent } = await desk.counterCheck({ ...body(), fill: true })
  if (entry.slug !== slug) return
  filledFor = `${who}/${slug}`
  unanswered.value = silent
  const taken = filled.filter(({ key }) => entry.form[key] === undefined || entry.form[key] === null || entry.form[key] === '')
  entry.form = { ...entry.form, ...Object.fromEntries(taken.map(({ key, value }) => [key, value])) } as FormValues
  prefilled.value = taken.map(({ key, source }) => ({ key, locked: false, source }))
}

/** What rules bound to the form stop, asked of the server when the form is left; what only warns is kept to be shown. */
export async function askRules(): Promise<CheckProblem[]> {
  const check = await desk.counterCheck(body())
  warnings.value = check.warnings.filter(({ code }) => code === RULE)
  return check.problems.filter(({ code }) => code === RULE)
}

/** Asks which licences of the applicant the application may be about; one alone needs no choice. */
export async function findOldLicences(): Promise<void> {
  const { slug } = entry
  const { old_licences: found } = await desk.counterCheck(body())
  if (entry.slug !== slug) return
  oldLicences.value = found
  if (!oldLicences.value.some((licence) => licence.id === entry.oldLicence)) entry.oldLicence = ''
  const [only] = oldLicences.value
  if (only && oldLicences.value.length === 1 && !entry.oldLicence) await chooseOldLicence(only.id)
}
/** Takes one and fills in what stands on it; the server logs the look. */
export async function chooseOldLicence(id: string): Promise<void> {
  entry.oldLicence = id
  if (!id) return
  const { licence_values } = await desk.counterCheck({ ...body(), read_licence: true })
  // Another choice may have been made meanwhile.
  if (licence_values && entry.oldLicence === id) entry.form = { ...entry.form, ...(licence_values as FormValues) }
}

// What the counter has just read from the documents is not asked again.
function prefill(made: Form): void {
  const a = entry.applicant
  const person = a.kind === 'person'
  const agent = entry.byAgent === 'yes' ? entry.agent : { name: person ? a.name : a.legal_person, id_number: person ? a.id_number : '', phone: a.phone }
  const known: Record<string, string> = {
    'account.name': person ? a.name : '', 'account.id_number': a.id_number, 'account.phone': a.phone,
    'account.address': person && entry.byAgent === 'no' ? (identified.value?.person.address ?? '') : '',
    'enterprise.name': person ? '' : a.name, 'enterprise.uscc': a.uscc, 'enterprise.legal_person': a.legal_person, 'enterprise.legal_representative': a.legal_person,
    'enterprise.address': identified.value?.enterprise?.uscc === a.uscc ? (identified.value?.enterprise?.address ?? '') : '',
    'agent.name': agent.name, 'agent.id_number': agent.id_number, 'agent.phone': agent.phone,
  }
  entry.form = { ...startValues(made, today()), ...entry.form }
  for (const field of fieldsOf(made)) {
    const value = field.source ? known[field.source] : undefined
    if (value && !entry.form[field.key]) entry.form = { ...entry.form, [field.key]: value }
  }
}

/** What expressions of the form may ask about the applicant; the server gives them the same two. */
export const applicantContext = computed(() => ({ kind: entry.applicant.kind, name: entry.applicant.name }))

/** Materials the clerk has to deal with: needed now and not made by the platform itself. */
export const toReceive = computed<ResolvedMaterial[]>(() => receivable(resolution.value))
export const receivable = (of: Resolution | null): ResolvedMaterial[] => (of?.materials ?? []).filter((m) => m.needed && !m.generated)

export function handedOf(material: ResolvedMaterial): Handed {
  return (entry.handed[material.key] ??= { handing: material.exempt ? 'licence' : '', copies: 1, files: [] })
}

/** Who applies and who came, as the server takes it. */
export function people(): Pick<CounterCase, 'applicant' | 'agent' | 'identification'> {
  const { kind, name, id_number, uscc, phone, legal_person } = entry.applicant
  return {
    applicant: { kind, name: name.trim(), phone: phone.trim(), id_number: (kind === 'person' ? id_number : uscc).trim().toUpperCase(), legal_person: kind === 'enterprise' ? legal_person.trim() : null },
    agent: entry.byAgent === 'yes' ? { ...entry.agent } : null,
    identification: identified.value?.id ?? null,
  }
}
export type Delivered = Pick<ReturnType<typeof fresh>, 'way' | 'address'>
/** One item with how its result is handed over, without the people. */
export function itemBody(of: ItemPart['entry'], materials: readonly ResolvedMaterial[], { way, address }: Delivered): PackageItem {
  return {
    item_slug: of.slug,
    handle_item: of.handleItem,
    situations: of.situations,
    form: of.form,
    materials: Object.fromEntries(materials.flatMap((m) => {
      const handed = of.handed[m.key]
      return handed?.handing ? [[m.key, { handing: handed.handing, files: handed.files.map((file) => file.id) }]] : []
    })),
    ...(of.oldLicence ? { old_licence: of.oldLicence } : {}),
    ...(of.area ? { area: of.area } : {}),
    delivery: way === 'post' ? { way, address: { ...address } } : { way },
  }
}
export function body(): CounterCase {
  return { ...itemBody(entry, toReceive.value, entry), ...people(), ...(waiting.value ? { instant: true } : {}), ...(ticket.value ? { ticket: ticket.value.id } : {}) }
}

/** Hands the application in; with `accept` it is accepted at once. A refusal to accept leaves it received. */
export async function submit(accept: boolean): Promise<void> {
  const receipt = await desk.counterCreate(body(), key)
  let record = await desk.case(receipt.id).catch(() => null)
  let accepted = false
  let notAccepted: string | null = null
  if (accept && record) {
    try {
      const tolerated = toReceive.value.filter((m) => entry.handed[m.key]?.handing === 'later').map((m) => m.key)
      await desk.accept(receipt.id, { version: record.version, note: '', tolerated })
      accepted = true
      record = await desk.case(receipt.id).catch(() => record)
    } catch (thrown) {
      notAccepted = sentence(asProblem(thrown))
    }
  }
  created.value = { receipt, record, accepted, notAccepted }
}

/** What stops the clerk from leaving `at`; empty when all is well. */
export function wrongAt(at: Step): Wrong[] {
  const wrong: Wrong[] = []
  const need = (id: string, value: string, name: string) => { if (!value.trim()) wrong.push({ id, message: t('nameMissing', { name }) }) }
  const length = (id: string, value: string, n: number, text: 'idLength' | 'usccLength' | 'phoneLength') => {
    const got = value.trim().length
    if (got && got !== n) wrong.push({ id, message: t(text, { n: got }) })
  }
  if (at === 'item') {
    if (!entry.slug) wrong.push({ id: 'in-q', message: t('chooseItem') })
    else if (!entry.handleItem) wrong.push({ id: 'in-handle', message: t('chooseHandle') })
  }
  if (at === 'applicant') {
    const a = entry.applicant
    need('in-name', a.name, t(`name_${a.kind}`))
    if (a.kind === 'person') {
      need('in-id', a.id_number, t('idNumber'))
      length('in-id', a.id_number, 18, 'idLength')
    } else {
      need('in-uscc', a.uscc, t('uscc'))
      length('in-uscc', a.uscc, 18, 'usccLength')
      need('in-legal', a.legal_person, t('legalPerson'))
    }
    if (cityWide.value && !entry.area) wrong.push({ id: 'in-area', message: t('areaMissing') })
    need('in-phone', a.phone, t('phone'))
    length('in-phone', a.phone, 11, 'phoneLength')
    if (entry.byAgent === 'yes') {
      need('in-agent-name', entry.agent.name, t('agentName'))
      need('in-agent-id', entry.agent.id_number, t('agentId'))
      length('in-agent-id', entry.agent.id_number, 18, 'idLength')
      need('in-agent-phone', entry.agent.phone, t('agentPhone'))
    }
  }
  if (at === 'situation') {
    for (const question of questions.value) {
      const answer = entry.situations[question.key]
      if (!answer?.length) wrong.push({ id: `in-s-${question.key}`, message: t('answerMissing', { question: question.question }) })
    }
    for (const stop of resolution.value?.stops ?? []) wrong.push({ id: 'in-stops', message: stop.reason })
  }
  if (at === 'form' && oldLicences.value.length > 1 && !entry.oldLicence) wrong.push({ id: 'in-old', message: t('oldLicenceMissing') })
  if (at === 'materials') {
    for (const m of toReceive.value) {
      const handed = handedOf(m)
      if (!handed.handing && m.necessity === '1') wrong.push({ id: `in-m-${m.key}`, message: t('notHanded', { name: m.name }) })
      if (handed.handing === 'scan' && handed.files.length === 0) wrong.push({ id: `in-m-${m.key}`, message: t('scanMissing', { name: m.name }) })
    }
  }
  if (at === 'delivery') wrong.push(...wrongDelivery(entry))
  return wrong
}
/** What is missing of where a result is posted to; `id` begins the ids of the controls. */
export function wrongDelivery({ way, address }: Delivered, id = 'in'): Wrong[] {
  if (way !== 'post') return []
  const wanted = [['name', 'receiverName'], ['phone', 'receiverPhone'], ['address', 'address']] as const
  return wanted.filter(([key]) => !address[key].trim()).map(([key, name]) => ({ id: `${id}-d-${key}`, message: t('nameMissing', { name: t(name) }) }))
}

/** The step and control a server's pointer belongs to. */
export function placeOf(pointer: string): { step: Step; id: string } {
  const [, root = '', name = ''] = pointer.split('/')
  switch (root) {
    case 'applicant': return { step: 'applicant', id: { name: 'in-name', id_number: entry.applicant.kind === 'person' ? 'in-id' : 'in-uscc', kind: 'in-kind', phone: 'in-phone', legal_person: 'in-legal' }[name] ?? 'in-name' }
    case 'area': return { step: 'applicant', id: 'in-area' }
    case 'agent': return { step: 'applicant', id: { id_number: 'in-agent-id', phone: 'in-agent-phone' }[name] ?? 'in-agent-name' }
    case 'situations': return { step: 'situation', id: `in-s-${name}` }
    case 'materials': return { step: 'materials', id: `in-m-${name}` }
    case 'old_licence': return { step: 'form', id: 'in-old' }
    case 'delivery': return { step: 'delivery', id: 'in-way' }
    // Stands above every step.
    case 'ticket': return { step: step.value, id: 'in-ticket' }
    case 'form': return { step: 'form', id: `f-${pointer.slice(6).replaceAll('/', '-')}` }
    default: return { step: 'item', id: 'in-q' }
  }
}
