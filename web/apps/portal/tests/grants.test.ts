import { delegation, ApiProblem, type ActingFor, type Grant } from '@tongban/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { acting, actFor, actingNow, coversItem, isGrantRefusal, knowActing, mayAct } from '../src/acting.ts'
import { asSent, choices, endingOf, freshScope, isDay, lastDay, partyMistakes, periodOf, placeOf, scopeMistakes, stateText, titleOf, type Scope } from '../src/features/identity/grants/model.ts'
import { session } from '../src/session.ts'

const self = (change: Partial<ActingFor> = {}): ActingFor => ({ grant_id: null, kind: 'self', name: '孙晓雨', role: null, role_label: '本人', relation: '', starts_on: null, ends_on: null, all_items: true, items: [], all_materials: true, materials: [], may_appoint: ['proxy'], ...change })
const shop = self({ grant_id: 'g1', kind: 'enterprise', name: '示例市康宁医疗器械有限公司', role: 'manager', role_label: '管理者', starts_on: '2026-11-26', ends_on: '2027-02-25', may_appoint: ['agent'] })
const elder = self({ grant_id: 'g2', kind: 'person', name: '赵建国', role: 'proxy', role_label: '亲属代办', ends_on: '2027-11-25', all_items: false, items: [{ key: 'senior-allowance', name: '高龄津贴申领' }], may_appoint: [] })
const scope = (change: Partial<Scope> = {}): Scope => ({ term: 'own', starts_on: '2026-11-26', ends_on: '2027-11-25', all_items: false, items: [{ key: 'a', name: '甲' }], all_materials: true, materials: [], ...change })

describe('which grants may be given (req: IDENT-019, IDENT-022, IDENT-023)', () => {
  it('a person names family or asks an elder; a manager appoints agents for the enterprise', () => {
    expect(choices([self(), shop, elder]).map(c => [c.role, c.direction, c.actingFor])).toEqual([['proxy', 'give', null], ['proxy', 'ask', null], ['agent', 'give', 'g1']])
  })
  it('an enterprise appoints managers and agents, an agent nobody', () => {
    expect(choices([self({ may_appoint: ['manager', 'agent'] })]).map(c => c.role)).toEqual(['manager', 'agent'])
    expect(choices([self({ may_appoint: [] })])).toEqual([])
  })
})

describe('the period of a grant, both days included (req: IDENT-020)', () => {
  it.each([['2026-11-26', 12, '2027-11-25'], ['2026-11-01', 3, '2027-01-31'], ['2026-08-31', 6, '2027-02-28'], ['2027-11-30', 3, '2028-02-29'], ['2026-01-01', 12, '2026-12-31']])('from %s for %i months is until %s', (from, months, to) => {
    expect(lastDay(from, months)).toBe(to)
  })
  it('ends no later than the own grant of who gives it', () => {
    expect(periodOf('12', '2026-11-26', '', shop).ends_on).toBe('2027-02-25')
    expect(periodOf('3', '2026-11-26', '', elder).ends_on).toBe('2027-02-25')
    expect(freshScope('2026-11-26', shop)).toMatchObject({ ends_on: '2027-02-25', all_items: false, all_materials: true })
  })
  it('knows a day that exists', () => {
    expect([isDay('2028-02-29'), isDay('2026-02-29'), isDay('2026-9-1'), isDay('')]).toEqual([true, false, false, false])
  })
})

describe('what is wrong before it is sent (req: IDENT-020)', () => {
  it('asks for items, and for materials when they are limited', () => {
    expect(scopeMistakes(scope({ items: [] })).map(m => m.id)).toEqual(['items'])
    expect(scopeMistakes(scope({ all_materials: false })).map(m => m.id)).toEqual(['materials'])
    expect(scopeMistakes(scope({ starts_on: '2027-12-01' })).map(m => m.id)).toEqual(['ends_on'])
    expect(scopeMistakes(scope({ all_items: true, items: [] }))).toEqual([])
  })
  it('sends no list beside “all”', () => {
    expect(asSent(scope({ all_items: true, all_materials: false, materials: ['m1'] }))).toMatchObject({ items: [], all_materials: true, materials: [] })
    expect(asSent(scope({ all_materials: false, materials: ['m1'] }))).toMatchObject({ items: ['a'], materials: ['m1'] })
  })
  it('counts the digits of the other person', () => {
    expect(partyMistakes({ name: ' ', id_number: '44990219880312026', phone: '199 0000 001' }).map(m => m.message)).toEqual(['填写对方身份证上的姓名', '身份证号码要 18 位，您填了 17 位', '手机号码要 11 位，您填了 10 位'])
    expect(partyMistakes({ name: '钱守昌', id_number: '44990219240216013x', phone: '199-0000-0015' })).toEqual([])
  })
  it('leads each problem of the server to its control', () => {
    expect(['/party/id_number', '/items/0', '/materials', '/ends_on', '/acting_for', '/role'].map(pointer => placeOf({ pointer }))).toEqual(['party-id', 'items', 'materials', 'ends_on', 'kind', 'kind'])
  })
})

describe('ending a grant', () => {
  const grant = (change: Partial<Grant>) => ({ state: 'active', direction: 'give', my_side: 'principal', principal: { name: '赵建国' }, grantee: { name: '赵磊' }, ...change }) as Grant
  it('waits for whoever must answer', () => {
    expect(stateText({ state_label: '等对方确认', can: { accept: true, refuse: true, change: false, revoke: false } })).toBe('等您确认')
    expect(stateText({ state_label: '等对方确认', can: { accept: false, refuse: false, change: true, revoke: true } })).toBe('等对方确认')
  })
  it('is taking back, giving up or withdrawing, by the side one is on', () => {
    expect(endingOf(grant({}))).toBe('revoke')
    expect(endingOf(grant({ my_side: 'grantee' }))).toBe('giveUp')
    expect(endingOf(grant({ my_side: 'grantee', direction: 'ask', state: 'waiting' }))).toBe('withdraw')
    expect(titleOf(grant({}))).toBe('赵磊替赵建国办事')
  })
})

describe('for whom one acts (req: IDENT-024)', () => {
  beforeEach(() => { sessionStorage.clear() })
  afterEach(() => {
    session.me = null
    vi.restoreAllMocks()
  })
  const signedIn = async (items: ActingFor[], id = 'a1') => {
    vi.spyOn(delegation, 'actingFor').mockResolvedValue({ items })
    session.me = { account: { id } } as never
    await knowActing()
  }
  it('is oneself until chosen, and stays chosen for this account only', async () => {
    await signedIn([self(), shop])
    expect([mayAct(), actingNow()]).toEqual([true, null])
    actFor('g1')
    session.me = null
    expect(mayAct()).toBe(false)
    await signedIn([self(), shop])
    expect(actingNow()?.name).toBe(shop.name)
    session.me = null
    await signedIn([self(), shop], 'a2')
    expect(actingNow()).toBeNull()
  })
  it('falls back to oneself when the grant has ended, and says so', async () => {
    await signedIn([self(), shop])
    actFor('g1')
    session.me = null
    await signedIn([self()])
    expect([actingNow(), acting.gone]).toEqual([null, shop.name])
  })
  it('is refused for an item outside the grant; refusals of grants are told apart', () => {
    expect([coversItem(shop, 'x'), coversItem(elder, 'senior-allowance'), coversItem(elder, 'x')]).toEqual([true, true, false])
    expect([isGrantRefusal(new ApiProblem(403, { code: 'grant_expired' })), isGrantRefusal(new ApiProblem(403, { code: 'forbidden' })), isGrantRefusal(null)]).toEqual([true, false, false])
  })
})
