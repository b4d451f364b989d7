/**
 * One counter intake from choosing the item to submitting. Kept in memory only: a counter is shared,
 * so nothing about an applicant may stay in the browser after the tab is closed.
 */
import { asProblem, counters, desk, newKey, type CityWideItem, type CheckProblem, type CounterCase, type DeliveryWay, type DeskCase, type FileRef, type Guide, type Identified, type Handing, type HeldLicence, type Receipt, type Resolution, type ResolvedMaterial, type Situation } from '@tongban/api'
import { fieldsOf, startValues, type Form, type FormValues } from '@tongban/form-runtime'
import { today } from '@tongban/ui'
import { computed, reactive, ref, shallowRef } from 'vue'
import { sentence } from '../../../app/load.ts'
import { intake as t } from '../../../messages/index.ts'

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
export const resolution = shallowRef<Resolution | null>(null)
export const form = shallowRef<Form | null>(null)
/** Valid licences of the applicant that the application may be about. */
export const oldLicences = shallowRef<HeldLicence[]>([])
export interface Created { receipt: Receipt; record: DeskCase | null; accepted: boolean; notAccepted: string | null }
export const created = shallowRef<Created | null>(null)
/** Who was identified by card or code; whoever is typed in by hand was not. */
export const identified = shallowRef<Identified | null>(null)
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
  guide.value = resolution.value = form.value = created.value = identified.value = cityWide.value = null
  oldLicences.value = []
  forgetSources()
  key = newKey()
}

function forgetSources(): void {
  prefilled.value = []
  unanswered.value = []
  warnings.value = []
  filledFor = ''
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
  if (!entry.slug || !entry.handleItem) return
  resolution.value = await desk.resolve(entry.slug, { handle_item: entry.handleItem, situations: entry.situations, conditions: {} })
}

/** Questions that apply now, in the order of the guide. */
export const questions = computed<Situation[]>(() => (guide.value?.situations ?? []).filter((each) => resolution.value?.questions.includes(each.key)))

export async function loadForm(): Promise<void> {
  form.value ??= (await desk.form(entry.slug, entry.handleItem)) as unknown as Form
  prefill(form.value)
}

/** Fills what is still empty from the card read, data sharing, licences and earlier cases; only for whoever was identified, once. */
export async function fillFromSources(): Promise<void> {
  const who = identified.value?.id ?? ''
  if (!who || filledFor === `${who}/${entry.slug}`) return
  const { filled, unanswered: silent } = await desk.counterCheck({ ...body(), fill: true })
  filledFor = `${who}/${entry.slug}`
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
  oldLicences.value = (await desk.counterCheck(body())).old_licences
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
export const toReceive = computed<ResolvedMaterial[]>(() => (resolution.value?.materials ?? []).filter((m) => m.needed && !m.generated))

export function handedOf(material: ResolvedMaterial): Handed {
  return (entry.handed[material.key] ??= { handing: material.exempt ? 'licence' : '', copies: 1, files: [] })
}

export function body(): CounterCase {
  const { kind, name, id_number, uscc, phone, legal_person } = entry.applicant
  return {
    item_slug: entry.slug,
    handle_item: entry.handleItem,
    applicant: { kind, name: name.trim(), phone: phone.trim(), id_number: (kind === 'person' ? id_number : uscc).trim().toUpperCase(), legal_person: kind === 'enterprise' ? legal_person.trim() : null },
    agent: entry.byAgent === 'yes' ? { ...entry.agent } : null,
    situations: entry.situations,
    form: entry.form,
    materials: Object.fromEntries(toReceive.value.filter((m) => entry.handed[m.key]?.handing).map((m) => {
      const handed = handedOf(m)
      return [m.key, { handing: handed.handing as Handing, files: handed.files.map((file) => file.id) }]
    })),
    ...(entry.oldLicence ? { old_licence: entry.oldLicence } : {}),
    identification: identified.value?.id ?? null,
    ...(entry.area ? { area: entry.area } : {}),
    ...(waiting.value ? { instant: true } : {}),
    delivery: entry.way === 'post' ? { way: entry.way, address: { ...entry.address } } : { way: entry.way },
  }
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
  if (at === 'delivery' && entry.way === 'post') {
    need('in-d-name', entry.address.name, t('receiverName'))
    need('in-d-phone', entry.address.phone, t('receiverPhone'))
    need('in-d-address', entry.address.address, t('address'))
  }
  return wrong
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
    case 'form': return { step: 'form', id: `f-${pointer.slice(6).replaceAll('/', '-')}` }
    default: return { step: 'item', id: 'in-q' }
  }
}
