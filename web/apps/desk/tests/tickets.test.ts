import { counters, desk, type Ticket } from '@tongban/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { anotherMatter, body, created, ended, entry, guide, identified, placeOf, reached, receive, restart, startOver, step, ticket, unlink, visitor, wanted } from '../src/features/casework/intake/state.ts'
import { fillFromTicket, standsThere } from '../src/features/casework/intake/ticket.ts'

afterEach(() => { restart(); vi.restoreAllMocks() })

const number = (more: Partial<Ticket> = {}): Ticket => ({
  id: 't1', version: 2, number: 'A012', hall_key: 'centre', hall_name: '政务服务中心', state: 'serving', state_label: '接待中', business: '养老、助残', item_slug: null, item_name: '', window_key: 'w2', window_name: '2 号窗口', visitor_name: '叶**',
  identified: true, priority: false, source: 'queue', source_name: '大厅叫号系统', calls: 1, ticketed_at: '2026-09-21T01:00:00Z', called_at: '2026-09-21T01:20:00Z', ended_at: null, taken_by_name: '陈静', cases: [], can: ['take', 'finish'], ...more,
})
const holder = { name: '叶小兰', id_number: '449902195203120268', phone: '13800000000' }
const finds = (...slugs: string[]) => vi.spyOn(counters, 'items').mockResolvedValue({ items: slugs.map((slug) => ({ slug })), elsewhere: [], did_you_mean: [] } as never)
const describes = () => {
  vi.spyOn(desk, 'guide').mockResolvedValue({ name: '高龄津贴', handle_items: [{ key: 'new', name: '首次申请' }] } as never)
  vi.spyOn(counters, 'cityWideItem').mockRejectedValue(new Error('none'))
}

describe('a number taken over at the counter', () => {
  /** req: CASE-011 */
  it('fills in whoever holds it as a person who came himself, and a phone typed before stays', () => {
    Object.assign(entry.applicant, { kind: 'enterprise', phone: '19900000001' })
    entry.byAgent = 'yes'
    fillFromTicket({ ...holder, phone: '' }, entry)
    expect(entry.applicant).toMatchObject({ kind: 'person', name: '叶小兰', id_number: '449902195203120268', phone: '19900000001' })
    expect(entry.byAgent).toBe('no')
  })
  /** req: CASE-011 */
  it('is named as the source only while what it said stands there, and identifies nobody', async () => {
    await receive({ ticket: number(), visitor: holder })
    expect([standsThere(visitor.value, entry), identified.value]).toEqual([true, null])
    expect(body().identification).toBeNull()
    entry.applicant.name = '叶大兰'
    expect(standsThere(visitor.value, entry)).toBe(false)
    expect(standsThere(null, entry)).toBe(false)
  })
  /** req: CASE-011 */
  it('goes with the application until it is unlinked; a problem with it leads to the strip of the step that is open', async () => {
    await receive({ ticket: number(), visitor: holder })
    expect(body().ticket).toBe('t1')
    step.value = 'materials'
    expect(placeOf('/ticket')).toEqual({ step: 'materials', id: 'in-ticket' })
    unlink()
    expect(body()).not.toHaveProperty('ticket')
    expect(entry.applicant.name).toBe('叶小兰')
  })
  /** req: CASE-011 */
  it('chooses its item where the counter takes it in, and looks for it where it does not', async () => {
    describes()
    finds('old-age')
    await receive({ ticket: number({ item_slug: 'old-age', item_name: '高龄津贴' }), visitor: null })
    expect([entry.slug, entry.handleItem, wanted.value]).toEqual(['old-age', 'new', ''])
    finds('other')
    await receive({ ticket: number({ item_slug: 'old-age', item_name: '高龄津贴' }), visitor: null })
    expect([entry.slug, wanted.value, ticket.value?.number]).toEqual(['', '高龄津贴', 'A012'])
  })
  /** req: CASE-011 */
  it('is taken over even when its item can not be asked for', async () => {
    vi.spyOn(counters, 'items').mockRejectedValue(new Error('away'))
    await receive({ ticket: number({ item_slug: 'old-age', item_name: '高龄津贴' }), visitor: holder })
    expect([ticket.value?.id, entry.applicant.name, entry.slug]).toEqual(['t1', '叶小兰', ''])
  })
})

describe('the visitor after a case', () => {
  const filed = { receipt: {}, record: null, accepted: false, notAccepted: null } as never
  /** req: CASE-011 */
  it('may have another matter: people and number stay, the item and what was filled in go, the card is read again', async () => {
    describes()
    finds('old-age')
    await receive({ ticket: number({ item_slug: 'old-age', item_name: '高龄津贴' }), visitor: holder })
    Object.assign(entry, { byAgent: 'yes', agent: { name: '李明', id_number: '449902198506170153', phone: '13900000000' }, form: { area: 3 }, handed: { m1: { handing: 'paper', copies: 1, files: [] } } })
    identified.value = { id: 'i1' } as never
    created.value = filed
    anotherMatter()
    expect(body()).toMatchObject({ ticket: 't1', item_slug: '', form: {}, materials: {}, identification: null, applicant: { name: '叶小兰' }, agent: { name: '李明' } })
    expect([guide.value, created.value, entry.handed, step.value]).toEqual([null, null, {}, 'item'])
  })
  /** req: CASE-011 */
  it('keeps an identification that no case has used up when another item is begun', async () => {
    await receive({ ticket: number(), visitor: holder })
    identified.value = { id: 'i1' } as never
    anotherMatter()
    expect(body().identification).toBe('i1')
  })
  it('starts over with the number and what its queue said, not with what was typed', async () => {
    await receive({ ticket: number(), visitor: holder })
    Object.assign(entry.applicant, { name: '别人', phone: '1' })
    startOver()
    expect([entry.applicant.name, entry.applicant.phone, ticket.value?.id]).toEqual(['叶小兰', '13800000000', 't1'])
  })
  /** req: CASE-011 */
  it('has gone once the number is finished: nothing of him stays, an intake under way stays without the number', async () => {
    await receive({ ticket: number(), visitor: holder })
    ended('t9')
    expect(entry.applicant.name).toBe('叶小兰')
    ended('t1')
    expect([entry.applicant.name, ticket.value, visitor.value]).toEqual(['', null, null])
    await receive({ ticket: number(), visitor: holder })
    reached.value = 3
    ended('t1')
    expect([entry.applicant.name, ticket.value]).toEqual(['叶小兰', null])
  })
})
