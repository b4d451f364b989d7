/** Making, changing and removing papers of items. */
import { ApiProblem, design, desk, papersApi, type ItemPaper, type ItemPaperContent } from '@tongban/api'
import { itemPapers as t } from '../../../messages/papers.ts'
import { picked, type Choice, type DialogField, type DialogSpec, type DialogValues } from '../../../parts/dialog.ts'

const LIMIT = 20
const SEALS = ['notice', 'acceptance'] as const
const STAMPS = ['made', 'window', 'step'] as const
const MOMENTS = ['submitted', 'accepted', 'decided'] as const

export const sealName = (row: ItemPaper) => (row.seal ? `${t(`seal_${row.seal}`)}　${row.stamp_at ? t(`stamp_${row.stamp_at}`) : ''}` : t('noSeal'))
export const momentName = (row: ItemPaper) => (row.moment ? t(`moment_${row.moment}`) : t('moment_none'))
export const scopeText = (row: ItemPaper) => [row.handle_item, situationText(row.situation).replaceAll('\n', '，')].filter(Boolean).join('　') || t('allCases')

const situationText = (situation: Record<string, string>) => Object.entries(situation).map(([question, option]) => `${question}=${option}`).join('\n')
/** `问题=选项`, a line each. */
export function situationOf(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean)
  const pairs = lines.map((line) => line.split('=').map((part) => part.trim()))
  if (pairs.some((pair) => pair.length !== 2 || !pair[0] || !pair[1])) throw new ApiProblem(422, { title: t('situationBad'), errors: [{ pointer: '/situation', code: 'format', message: t('situationBad') }] })
  return Object.fromEntries(pairs as [string, string][])
}

async function findItems(q: string): Promise<Choice[]> {
  const { items } = await desk.adminItems({ q, limit: LIMIT })
  return items.map((each) => ({ value: each.slug, label: each.name }))
}
async function findPapers(q: string): Promise<Choice[]> {
  const found = await Promise.all((['print', 'paper'] as const).map((kind) => design.definitions({ kind, q, state: 'published', limit: LIMIT })))
  return found.flatMap((page) => page.items).map((each) => ({ value: `${each.kind}:${each.key}`, label: each.name, hint: each.key }))
}
const isNotice = (values: DialogValues) => values.purpose === 'notice'
const isSealed = (values: DialogValues) => Boolean(values.seal)

interface ForItem { slug: string; name: string }

function fieldsOf(one?: ItemPaper, item?: ForItem): DialogField[] {
  return [
    ...(one || item ? [] : [{ kind: 'pick' as const, key: 'item_slug', label: t('item'), find: findItems }]),
    { kind: 'text', key: 'title', label: t('name'), value: one?.title ?? '' },
    { kind: 'pick', key: 'paper_key', label: t('paper'), find: findPapers, ...(one ? { value: [{ value: `${one.kind}:${one.paper_key}`, label: one.paper_key }] } : {}) },
    { kind: 'radio', key: 'purpose', label: t('purpose'), value: one?.purpose ?? 'print', options: (['print', 'notice'] as const).map((each) => ({ value: each, label: t(`purpose_${each}`) })) },
    { kind: 'radio', key: 'moment', label: t('moment'), optional: true, when: isNotice, value: one?.moment ?? '', options: [{ value: '', label: t('moment_none') }, ...MOMENTS.map((each) => ({ value: each, label: t(`moment_${each}`) }))] },
    { kind: 'text', key: 'handle_item', label: t('handleItem'), hint: t('handleItemHint'), optional: true, value: one?.handle_item ?? '' },
    { kind: 'textarea', key: 'situation', label: t('situation'), hint: t('situationHint'), optional: true, value: situationText(one?.situation ?? {}) },
    { kind: 'radio', key: 'seal', label: t('seal'), optional: true, value: one?.seal ?? '', options: [{ value: '', label: t('noSeal') }, ...SEALS.map((each) => ({ value: each, label: t(`seal_${each}`) }))] },
    { kind: 'radio', key: 'stamp_at', label: t('stampAt'), when: isSealed, value: one?.stamp_at || 'window', options: STAMPS.map((each) => ({ value: each, label: t(`stamp_${each}`) })) },
    { kind: 'text', key: 'step', label: t('step'), hint: t('stepHint'), when: (values) => isSealed(values) && values.stamp_at === 'step', value: one?.step ?? '' },
    ...(one ? [{ kind: 'radio' as const, key: 'disabled', label: t('disabled'), value: one.disabled ? 'yes' : 'no', options: [{ value: 'no', label: t('on') }, { value: 'yes', label: t('off') }] }] : []),
  ]
}

export function contentOf(values: DialogValues, one?: Pick<ItemPaper, 'item_slug' | 'seal_org_id'>): ItemPaperContent {
  const [kind = 'print', ...key] = (picked(values.paper_key)[0] ?? '').split(':')
  const sealed = isSealed(values)
  return {
    item_slug: one?.item_slug ?? picked(values.item_slug)[0] ?? '', title: String(values.title).trim(), handle_item: String(values.handle_item ?? '').trim(), situation: situationOf(String(values.situation ?? '')),
    kind: kind as ItemPaperContent['kind'], paper_key: key.join(':'), purpose: String(values.purpose) as ItemPaperContent['purpose'], moment: (isNotice(values) ? String(values.moment ?? '') : '') as ItemPaperContent['moment'],
    seal: String(values.seal ?? '') as ItemPaperContent['seal'], seal_org_id: one?.seal_org_id ?? null, stamp_at: (sealed ? String(values.stamp_at) : '') as ItemPaperContent['stamp_at'], step: sealed && values.stamp_at === 'step' ? String(values.step).trim() : '', disabled: values.disabled === 'yes',
  }
}

/** For any item, or for the one that is being assembled. */
export const add = (item?: ForItem): DialogSpec => ({ title: t('addTitle'), fields: fieldsOf(undefined, item), submit: t('addSubmit'), done: t('addDone'), run: (values, key) => papersApi.create(contentOf(values, item && { item_slug: item.slug, seal_org_id: null }), key) })
export const edit = (one: ItemPaper): DialogSpec => ({ title: t('editTitle', { name: one.title }), fields: fieldsOf(one), submit: t('editSubmit'), done: t('editDone'), run: (values) => papersApi.save(one.id, { ...contentOf(values, one), version: one.version }) })
export const remove = (one: ItemPaper): DialogSpec => ({ title: t('removeTitle', { name: one.title }), text: t('removeText'), fields: [], submit: t('removeSubmit'), cancel: t('removeKeep'), danger: true, done: t('removeDone'), run: () => papersApi.remove(one.id) })
