/** A new item out of one that is there (FORM-032): what is taken over, and what is its own. Pure. */
import type { ItemContent } from '@tongban/api'

export interface Beginning {
  name: string
  slug: string
  /** Basic code, 12 digits. */
  code: string
  /** Conditions, situations, materials and results come along; otherwise only what every item says of itself. */
  whole: boolean
}
interface Known { codes: { basic: string; task: string }; materials: { generated?: boolean }[]; handle_items: { code: string }[] }

const CATALOGUE_DIGITS = 9

/** Its codes are those of the other with the basic code exchanged; a new item issues nothing until somebody says what. */
export function contentLike(from: ItemContent, begin: Beginning): ItemContent {
  const { codes } = from as unknown as Known
  const content = JSON.parse(JSON.stringify(from).replaceAll(codes.basic, begin.code)) as ItemContent & Known
  const named = {
    slug: begin.slug, name: begin.name, version: 1, state: '1', keywords: [begin.name],
    catalogue: { code: begin.code.slice(0, CATALOGUE_DIGITS).padEnd(begin.code.length, '0'), name: begin.name, sub: { code: begin.code, name: begin.name } },
  }
  if (begin.whole) return { ...content, ...named }
  const form = content.materials.find((each) => each.generated)
  return {
    ...content, ...named, summary: begin.name, situations: [], conditions: [], faq: [], intermediary: [], special_procedures: [], review_points: [], rules: null,
    fees: { charge: false, items: [] }, commitment: { supported: false }, results: [{ kind: '99', name: `${begin.name}决定` }],
    materials: form ? [{ ...without(form, ['when']), handle_items: [], order: 1 }] : [],
    handle_items: [{ key: 'apply', name: begin.name, code: `${content.codes.task}01` }],
  }
}

function without(row: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key)))
}

/** The field of the short form that a place of the content belongs to. */
export function fieldOf(pointer: string): '' | 'name' | 'slug' | 'code' {
  const at = pointer.replace(/^\/content(?=\/)/, '')
  if (at === '/slug' || at === '/name') return at.slice(1) as 'name' | 'slug'
  return /\/(codes?|catalogue)(\/|$)/.test(at) ? 'code' : ''
}
