/** A new service made of one that is there, with definitions of the design library: for journeys that need a flow of their own. */
import { met } from './filing.ts'
import { sampleOf } from './form.ts'
import { api, type Person } from './people.ts'

interface Item { content: Record<string, unknown>; files: { form: string; flow: string; rules: string | null } | null; version: number }
interface Staff { id: string; login: string; version: number; roles: { key: string }[]; windows: { id: string }[]; items: string[] }
interface Condition { key: string; handle_items: string[]; options: { key: string; met: boolean }[] }

/** What a service is made from, and how its codes differ from those of the one it is like. */
export interface Like { slug: string; code: string; as: string }

/** Makes and publishes an item like another: its form, the flow of the library, the application alone as material, no licence. */
export async function makeService(editor: Person, like: Like, slug: string, name: string, flow: string): Promise<void> {
  const old = await api<Item>(editor, 'GET', `/admin/items/${like.slug}`)
  const content = JSON.parse(JSON.stringify(old.content).replaceAll(like.code, like.as).replaceAll(like.slug, slug)) as Record<string, unknown> & { catalogue: { name: string }; materials: unknown[]; handle_items: Record<string, unknown>[] }
  // Where nothing is issued there is no old licence to change or to end.
  const handleItems = content.handle_items.map(({ old_licence: _, ...each }) => each)
  Object.assign(content, { name, version: 1, situations: [], handle_items: handleItems, materials: content.materials.slice(0, 1), results: [{ kind: '99', name: `${name}决定` }], rules: null })
  content.catalogue.name = name
  const made = await api<Item>(editor, 'POST', '/admin/items', { content, files: old.files && { ...old.files, rules: null }, definitions: { flow } })
  await api(editor, 'POST', `/admin/items/${slug}/publish`, { version: made.version })
}

/** Gives staff the right to handle an item beside those they have. */
export async function giveItem(security: Person, slug: string, logins: readonly string[]): Promise<void> {
  for (const login of logins) {
    const { items } = await api<{ items: Staff[] }>(security, 'GET', `/admin/staff?q=${login}&limit=100`)
    const one = items.find((each) => each.login === login)
    if (!one) throw new Error(`nobody signs in as ${login}`)
    await api(security, 'PUT', `/admin/staff/${one.id}/grants`, { version: one.version, roles: one.roles.map((each) => each.key), items: [...one.items, slug], windows: one.windows.map((each) => each.id) })
  }
}

/** Files the service with the sample of the one it is like, and has it accepted. */
export async function fileAndAccept(owner: Person, clerk: Person, like: Like, slug: string): Promise<{ id: string; case_number: string }> {
  const sample = await sampleOf(like.slug)
  const guide = await api<{ conditions: Condition[] }>(owner, 'GET', `/items/${slug}/guide`)
  const filed = await api<{ id: string; case_number: string }>(owner, 'POST', '/my/cases/file', {
    item_slug: slug, handle_item: sample.handle_item, conditions: met(guide.conditions, sample.handle_item), consents: { authorised: true, agreed: true }, delivery: { way: 'self' }, form: sample.form,
  })
  const { version } = await api<{ version: number }>(clerk, 'GET', `/cases/${filed.id}`)
  await api(clerk, 'POST', `/cases/${filed.id}/accept`, { version, note: '', tolerated: [] })
  return filed
}
