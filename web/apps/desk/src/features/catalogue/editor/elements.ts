/**
 * The elements of an implementation record, described once: the editor draws them, errors and findings
 * are named by them. Keys are those of item.yaml; groups follow the national element model.
 */
import { elements as t } from '../../../messages/index.ts'

type Key = Parameters<typeof t>[0]
export type ElementKind = 'text' | 'textarea' | 'number' | 'select' | 'checks' | 'lines' | 'yesno' | 'limit' | 'refs' | 'object' | 'list'
export interface Element {
  key: string
  kind: ElementKind
  label: string
  hint?: string
  options?: { value: string; label: string }[]
  fields?: Element[]
  /** List rows are named by this field. */
  title?: string
  wide?: boolean
  /** Limits of this element carry a note. */
  note?: boolean
}
export interface Group { key: string; label: string; elements: Element[] }

type Draft = Omit<Element, 'label' | 'fields'> & { fields?: Draft[] }
const named = (prefix: string, values: string[]) => values.map((value) => ({ value, label: t(`${prefix}_${value}` as Key) }))
const f = (key: string, kind: ElementKind = 'text', more: Partial<Draft> = {}): Draft => ({ key, kind, ...more })
const list = (key: string, title: string, fields: Draft[]): Draft => ({ key, kind: 'list', title, fields, wide: true })
const object = (key: string, fields: Draft[]): Draft => ({ key, kind: 'object', fields, wide: true })

function label(draft: Draft, path: string): Element {
  const at = path ? `${path}.${draft.key}` : draft.key
  return { ...draft, label: t(at as Key), fields: draft.fields?.map((each) => label(each, at)) }
}
const group = (key: string, elements: Draft[]): Group => ({ key, label: t(`group_${key}` as Key), elements: elements.map((each) => label(each, '')) })

const FILES = ['pdf', 'jpg', 'png', 'ofd', 'doc', 'docx', 'xls', 'xlsx']
const points = () => [
  f('key'), f('text', 'text', { wide: true }),
  f('kind', 'select', { options: named('point', ['formal', 'substantive']) }), f('for', 'select', { options: named('for', ['window', 'approver']) }),
]

/** Whether a record is new: only then it gets its identifier. */
export function groups(fresh = false): Group[] {
  const nature = named('nature', ['1', '2', '3', '9'])
  return [
    group('basic', [
      ...(fresh ? [f('slug', 'text', { wide: true, hint: t('hint_slug') })] : []),
      f('name', 'text', { wide: true }), f('summary', 'textarea', { wide: true }), f('keywords', 'lines', { hint: t('hint_keywords') }),
      object('catalogue', [f('code'), f('name'), object('sub', [f('code'), f('name')])]), object('codes', [f('basic'), f('task'), f('local')]),
      f('item_type', 'select', { options: named('item_type', ['01', '05', '07', '08', '09', '10', '20']) }), f('filing', 'yesno'), f('service_field'),
      f('level', 'select', { options: named('level', ['1', '2', '3', '4', '5', '6', '7']) }), f('region'), f('state', 'select', { options: named('state', ['1', '2', '3', '4']) }),
      f('objects', 'checks', { options: named('objects', ['1', '2', '3', '4', '5', '6']), wide: true }), f('scopes', 'lines'), object('themes', [f('natural', 'lines'), f('legal', 'lines')]),
    ]),
    group('body', [
      object('body', [f('name'), f('uscc'), f('nature', 'select', { options: nature })]), list('joint_bodies', 'name', [f('name'), f('uscc'), f('nature', 'select', { options: nature })]),
      list('legal_basis', 'title', [f('title', 'text', { wide: true }), f('doc_no'), f('article'), f('kind')]),
    ]),
    group('limits', [
      f('case_type', 'select', { options: named('case_type', ['1', '2', '9']) }), f('legal_limit', 'limit', { note: true, wide: true }), f('promise_limit', 'limit', { note: true, wide: true }), f('acceptance_limit', 'limit', { wide: true }),
      list('special_procedures', 'name', [f('key'), f('name'), f('limit', 'limit', { wide: true }), f('counts_in_limit', 'yesno'), f('note', 'textarea', { wide: true })]),
      object('tolerance', [f('supported', 'yesno'), f('days', 'number'), f('grace_days', 'number')]),
    ]),
    group('service', [
      f('on_site_times', 'number'), f('on_site_reason', 'text'), f('online_depth', 'select', { options: named('online_depth', ['Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ']) }),
      f('approval_form', 'select', { options: named('approval_form', ['independent', 'joint']) }), f('handle_forms', 'checks', { options: named('handle_forms', ['1', '2', '3', '4', '9']), wide: true }),
      f('channels', 'checks', { options: named('channels', ['web', 'mobile', 'window', 'post', 'terminal']), wide: true }), f('handle_area'), f('quantity_limit'), f('business_system'), f('consult_phone'), f('complaint_phone'),
      object('commitment', [f('supported', 'yesno'), f('kind')]),
    ]),
    group('places', [list('places', 'name', [f('name'), f('address', 'text', { wide: true }), f('hours'), f('phone'), f('windows', 'lines'), f('terminal', 'yesno'), f('all_day', 'yesno'), f('region'), f('location'), f('traffic', 'text', { wide: true })])]),
    group('fees', [object('fees', [f('charge', 'yesno'), f('basis'), list('items', 'name', [f('name'), f('standard'), f('fen', 'number'), f('when'), f('amount')]), list('reductions', 'name', [f('name'), f('basis'), f('percent', 'number'), f('when')]), f('before', 'select', { options: named('before', ['decision', 'delivery']) })]), list('intermediary', 'name', [f('name'), f('note')])]),
    group('handle_items', [list('handle_items', 'name', [f('key'), f('name', 'text', { wide: true }), f('code', 'text', { wide: true })])]),
    group('situations', [list('situations', 'question', [
      f('key'), f('kind', 'select', { options: named('kind', ['single', 'multi']) }), f('question', 'text', { wide: true }), f('hint', 'text', { wide: true }), f('handle_items', 'refs', { wide: true }), f('visible_when', 'text', { hint: t('hint_expression'), wide: true }),
      list('options', 'label', [f('key'), f('label'), f('effect', 'select', { options: named('effect', ['stop']) }), f('goto'), f('reason', 'text', { wide: true })]),
    ])]),
    group('conditions', [list('conditions', 'text', [
      f('key'), f('check', 'select', { options: named('check', ['manual', 'data']) }), f('text', 'textarea', { wide: true }), f('necessary', 'yesno'), f('question', 'text', { wide: true }), f('handle_items', 'refs', { wide: true }),
      list('options', 'label', [f('key'), f('label'), f('met', 'yesno'), f('note', 'text', { wide: true })]),
    ])]),
    group('materials', [list('materials', 'name', [
      f('key'), f('order', 'number'), f('name', 'text', { wide: true }), f('kind', 'select', { options: named('materials.kind', ['1', '2', '3']) }), f('form', 'select', { options: named('materials.form', ['1', '2', '3']) }), f('original_copies', 'number'), f('photo_copies', 'number'),
      f('necessity', 'select', { options: named('materials.necessity', ['1', '2', '3']) }), f('source', 'select', { options: named('materials.source', ['10', '20', '30', '99']) }), f('source_note'), f('producer'), f('paper_spec'), f('max_mb', 'number'),
      f('file_types', 'checks', { options: named('file', FILES), wide: true }), f('hand_in', 'checks', { options: named('hand_in', ['online', 'window', 'post']), wide: true }), f('licence_type'), f('exempt_note'), f('generated', 'yesno'), f('blank_form'), f('sample'),
      f('fill_notes', 'textarea', { wide: true }), f('handle_items', 'refs', { wide: true }), f('when', 'text', { hint: t('hint_expression'), wide: true }), list('review_points', 'text', points()),
    ])]),
    group('process', [
      list('process', 'name', [f('name'), f('role', 'select', { options: named('role', ['clerk', 'reviewer', 'inspector', 'approver', 'maker', 'delivery']) }), f('limit', 'limit', { wide: true }), f('output'), f('case_event')]),
      list('results', 'name', [f('kind', 'select', { options: named('result', ['10', '20', '99']) }), f('name'), f('licence_type'), f('validity'), f('paper')]), f('form'), f('flow'), f('rules'),
    ]),
    group('points', [list('review_points', 'text', points())]),
    group('rights', [f('rights', 'lines', { wide: true }), f('duties', 'lines', { wide: true }), object('remedies', [f('review', 'textarea', { wide: true }), f('lawsuit', 'textarea', { wide: true })])]),
    group('faq', [list('faq', 'q', [f('q', 'text', { wide: true }), f('a', 'textarea', { wide: true })])]),
  ]
}

/** Control id of a pointer: `/materials/2/name` → `e-materials-2-name`. */
export function idOf(pointer: string): string {
  return `e-${pointer.replace(/^\//, '').replaceAll('/', '-')}`
}

/** The group that holds a pointer, and the element's name in words: 申请材料 第 3 项 材料名称. */
export function placeOf(all: readonly Group[], pointer: string, rowName: (n: number) => string): { group: string; name: string } {
  const [root = '', ...rest] = pointer.replace(/^\/(content\/)?/, '').split('/')
  const home = all.find((each) => each.elements.some((element) => element.key === root))
  let element = home?.elements.find((each) => each.key === root)
  const words = [element?.label ?? root]
  for (const part of rest) {
    if (/^\d+$/.test(part)) {
      words.push(rowName(Number(part) + 1))
    } else {
      element = element?.fields?.find((each) => each.key === part)
      if (element) words.push(element.label)
    }
  }
  return { group: home?.key ?? all[0]?.key ?? '', name: words.join(' ') }
}

/** A new row with its keys in place, so that a check names each missing element. */
export function emptyRow(element: Element): Record<string, unknown> {
  return Object.fromEntries((element.fields ?? []).map((field) => [field.key, emptyOf(field)]))
}
function emptyOf(field: Element): unknown {
  switch (field.kind) {
    case 'checks': case 'lines': case 'refs': case 'list': return []
    case 'yesno': return false
    case 'object': return emptyRow(field)
    case 'number': case 'limit': return null
    default: return field.options ? (field.options[0]?.value ?? '') : ''
  }
}

/** A new record: the one to copy without what must be its own, or all elements empty. */
export function freshContent(all: readonly Group[], from: Record<string, unknown> | null, basic: { code?: string; name?: string }): Record<string, unknown> {
  if (from) return { ...structuredClone(from), slug: '', version: 1, codes: { ...(from.codes as object), task: '' } }
  const empty = Object.fromEntries(all.flatMap((group) => group.elements).map((element) => [element.key, emptyOf(element)]))
  return {
    ...empty, schema: 'tongban-item/1', version: 1, state: '1', form: 'form.json', flow: 'flow.bpmn',
    name: basic.name ?? '', catalogue: { code: basic.code ?? '', name: basic.name ?? '' }, codes: { basic: basic.code ?? '', task: '' },
  }
}
