/** A case filed without the pages, for journeys that begin later. */
import { base, api, type Person } from './people.ts'
import { sampleOf, type Values } from './form.ts'
import { upload } from './papers.ts'

interface Condition { key: string; handle_items: string[]; options: { key: string; met: boolean }[] }
interface Draft { version: number; handle_item: { key: string }; form: Values; materials: { key: string; generated: boolean; necessity: string; hand_in: string[] }[]; prefilled: { key: string; locked: boolean }[] }
export interface Filed { id: string; case_number: string; query_code: string }

export const SLUG = 'food-operation-permit'

/** The answers that meet every condition of a way of handling. */
export function met(conditions: Condition[], handleItem: string): Record<string, string> {
  const asked = conditions.filter((each) => !each.handle_items.length || each.handle_items.includes(handleItem))
  return Object.fromEntries(asked.flatMap((each) => {
    const good = each.options.find((option) => option.met)
    return good ? [[each.key, good.key]] : []
  }))
}

export const guideOf = (who: Person, slug: string) => api<{ conditions: Condition[]; situations: { key: string }[]; materials: { key: string; name: string }[] }>(who, 'GET', `/items/${slug}/guide`)

async function sendFile(who: Person): Promise<string> {
  const answer = await who.context.request.post(`${base}/api/v1/files?purpose=material`, {
    headers: { 'X-Tongban-Request': '1', 'Idempotency-Key': crypto.randomUUID() },
    multipart: { file: upload('材料') },
  })
  if (!answer.ok()) throw new Error(`upload: ${answer.status()} ${await answer.text()}`)
  return ((await answer.json()) as { id: string }).id
}

/** Files the sample application of an item for somebody who is signed in; `later`: keys of materials promised for later. */
export async function file(who: Person, slug = SLUG, change: Values = {}, later: readonly string[] = []): Promise<Filed> {
  const sample = await sampleOf(slug)
  const guide = await guideOf(who, slug)
  const { id } = await api<{ id: string }>(who, 'POST', '/my/cases', { item_slug: slug, handle_item: sample.handle_item })
  const at = `/my/cases/${id}`
  let draft = await api<Draft>(who, 'GET', `${at}/draft`)
  const situations = { ...sample.situations, agent: 'no' }
  draft = await api<Draft>(who, 'PUT', `${at}/draft`, {
    version: draft.version, situations, conditions: met(guide.conditions, sample.handle_item), consents: { authorised: true, agreed: true },
    form: { ...sample.form, ...change }, delivery: { way: 'self' }, step: 8,
  })
  for (const material of draft.materials.filter((each) => !each.generated)) {
    const { version } = await api<Draft>(who, 'GET', `${at}/draft`)
    const body = JSON.stringify(later.includes(material.key) ? { version, files: [], handing: 'later' } : { version, files: [await sendFile(who)], handing: 'upload' })
    const answer = await who.context.request.put(`${base}/api/v1${at}/materials/${material.key}`, { headers: { 'X-Tongban-Request': '1', 'Content-Type': 'application/json' }, data: body })
    if (!answer.ok()) throw new Error(`material ${material.key}: ${answer.status()} ${await answer.text()}`)
  }
  const { version } = await api<Draft>(who, 'GET', `${at}/draft`)
  return api<Filed>(who, 'POST', `${at}/submit`, { version })
}
