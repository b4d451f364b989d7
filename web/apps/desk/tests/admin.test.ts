import { describe, expect, it } from 'vitest'
import type { AdminWindow, Exclusion, MyPowers, PermissionMenu, Role, SignOnClient, SystemChoices } from '@tongban/api'
import { faults, guess } from '../src/features/identity/migration/mapping.ts'
import { clientBody, clientGroups, standing as clientStanding } from '../src/features/exchange/sign-on/client.ts'
import { mandateBody, mandateGroups, saysPermissions, standing as mandateStanding } from '../src/features/identity/mandates/mandate.ts'
import { dutiesOf } from '../src/features/identity/roles/words.ts'
import { windowBody, windowGroups } from '../src/features/identity/windows/window.ts'
import { bodyOf, networksOf, saysPolicy } from '../src/features/identity/access/policy.ts'
import { excludedBy, heldByMenu, sayOf } from '../src/features/identity/roles/words.ts'
import { nextOf } from '../src/features/identity/sign-in/next.ts'
import { differ } from '../src/features/identity/account/password.ts'
import { grantsOf } from '../src/features/exchange/systems/acts.ts'
import { jumpOf, paramsOf } from '../src/features/exchange/systems/jumps.ts'
import { linkGroups, linkOf } from '../src/features/exchange/systems/links.ts'
import { overdue } from '../src/features/security/risks/acts.ts'
import { pageOf, valueText } from '../src/features/security/audit/words.ts'
import { intention, picked, problemsOf, startValues, type DialogField } from '../src/parts/dialog.ts'
import { csvOf, headOf } from '../src/parts/file.ts'
import { dayBegins, dayEnds } from '../src/parts/moments.ts'

describe('described forms', () => {
  const fields: DialogField[] = [
    { kind: 'pick', key: 'org', label: '单位', find: async () => [] },
    { kind: 'file', key: 'file', label: '人员文件', accept: '.csv' },
    { kind: 'date', key: 'until', label: '到哪一天' },
    { kind: 'secret', key: 'password', label: '密码' },
  ]
  it('ask for what was not picked, chosen or written', () => {
    expect(problemsOf(fields, startValues(fields)).map((each) => each.message)).toEqual(['请选择单位', '请选择人员文件', '请选择到哪一天', '填写密码'])
  })
  it('give the keys of what was picked', () => {
    expect(picked([{ value: 'a', label: '甲' }])).toEqual(['a'])
    expect(picked(['x', 'y'])).toEqual(['x', 'y'])
    expect(picked(null)).toEqual([])
  })
})

describe('the key of a creating form', () => {
  it('stays while the same values are sent again and changes with them', () => {
    const { keyFor, done } = intention()
    const first = keyFor({ name: '数据科' })
    expect(keyFor({ name: '数据科' })).toBe(first)
    expect(keyFor({ name: '档案科' })).not.toBe(first)
    const again = keyFor({ name: '档案科' })
    done()
    expect(keyFor({ name: '档案科' })).not.toBe(again)
  })
})

const MENUS: PermissionMenu[] = [
  { key: 'people', label: '组织和人员', permissions: [{ key: 'org.edit', label: '改机构', grantable: true }, { key: 'staff.read', label: '看人员', grantable: true }] },
  { key: 'cases', label: '办件', permissions: [{ key: 'case.list', label: '查办件', grantable: false }] },
]

describe('mandates', () => {
  const own: MyPowers = { all: false, may_delegate: true, orgs: [], permissions: ['org.edit', 'staff.read'] }
  /** req: IDENT-030 */
  it('offer only what the giver may give and send what was ticked under every menu', () => {
    const [who, what] = mandateGroups(MENUS, own)
    expect(what?.fields.map((field) => field.key)).toEqual(['menu:people'])
    const values = { ...startValues([...(who?.fields ?? []), ...(what?.fields ?? [])]), staff_id: [{ value: 's', label: '陈' }], org_id: [{ value: 'o', label: '局' }], 'menu:people': ['staff.read'], until: '2026-12-31' }
    expect(mandateBody(values)).toEqual({ staff_id: 's', org_id: 'o', permissions: ['staff.read'], may_delegate: false, until: '2026-12-31T15:59:59Z' })
  })
  it('are said by menu and by how they stand', () => {
    expect(saysPermissions(['org.edit', 'staff.read', 'case.list'], MENUS)).toBe('组织和人员、办件')
    expect(saysPermissions(['staff.read'], MENUS)).toBe('看人员')
    const now = new Date('2026-11-26T00:00:00Z')
    expect(mandateStanding({ revoked_at: null, until: null }, now)).toBe('active')
    expect(mandateStanding({ revoked_at: null, until: '2026-11-25T15:59:59Z' }, now)).toBe('expired')
    expect(mandateStanding({ revoked_at: '2026-11-01T00:00:00Z', until: null }, now)).toBe('revoked')
  })
})

describe('windows', () => {
  const window = { id: 'w', key: 'hall-6', hall_key: 'hall', hall_name: '大厅', number: '6', name: '市场监管', kind: 'handle', class: 'enterprise', class_label: '企业设立类', org: { id: 'o', name: '局' }, region: '449902000000', region_name: '示例区', orgs: [], items: ['food'], staff: [{ id: 's', name: '陈' }], version: 3 } as AdminWindow
  /** req: IDENT-026, CASE-002 */
  it('are changed with items, bodies served and people, and lose none that was not touched', () => {
    const fields = windowGroups(window, new Map([['food', '食品经营许可']])).flatMap((group) => group.fields)
    expect(windowBody(startValues(fields), 3)).toEqual({ version: 3, number: '6', name: '市场监管', kind: 'handle', class: 'enterprise', hall_name: '大厅', hall_key: 'hall', region: '449902000000', org_id: 'o', items: ['food'], orgs: [], staff: ['s'] })
    expect(problemsOf(windowGroups(null, new Map()).flatMap((group) => group.fields), {}).length).toBeGreaterThan(5)
  })
})

describe('sign-on clients', () => {
  const client = { app_id: 'jobs', audience: 'portal', audience_label: '公众', enabled: true, listed: false, logout_uris: ['https://jobs.example/out'], name: '就业', notice: '', owner: '人社局', redirect_uris: ['https://jobs.example/in'], scopes: ['openid'], scope_labels: ['账号编号'], granted: true, sign_on: true, skip_consent: false, start_url: '', summary: '', version: 2 } as SignOnClient
  /** req: IDENT-006 */
  it('sign people in only when set up, switched on and granted', () => {
    expect(clientStanding(client)).toBe('on')
    expect(clientStanding({ ...client, enabled: false })).toBe('blocked')
    expect(clientStanding({ ...client, granted: false })).toBe('blocked')
    expect(clientStanding({ ...client, sign_on: false })).toBe('off')
  })
  it('are saved as the form shows them', () => {
    const fields = clientGroups(client).flatMap((group) => group.fields)
    expect(clientBody({ ...startValues(fields), listed: 'yes', start_url: ' https://jobs.example/ ' }, 2)).toEqual({ version: 2, audience: 'portal', sign_on: true, skip_consent: false, listed: true, logout_uris: ['https://jobs.example/out'], start_url: 'https://jobs.example/', summary: '', notice: '' })
  })
})

describe('roles in words', () => {
  /** req: IDENT-029 */
  it('offer roles of staff and permissions to a rule of exclusive duties', () => {
    const roles = [{ key: 'clerk', label: '收件', audience: 'desk' }, { key: 'citizen', label: '公众', audience: 'portal' }] as Role[]
    expect(dutiesOf(roles, MENUS).map((each) => each.value)).toEqual(['role:clerk', 'org.edit', 'staff.read', 'case.list'])
  })

  const role = { key: 'sys_admin', label: '系统管理', permissions: ['org.edit'] } as Role
  const menus: PermissionMenu[] = [{ key: 'people', label: '组织和人员', permissions: [{ key: 'org.edit', label: '改机构', grantable: true }, { key: 'org.read', label: '看机构', grantable: true }] }]
  const rule = { id: '1', label: '三员分立', one_side: ['role:sys_admin'], other_side: ['role:auditor'] } as Exclusion
  /** req: IDENT-029 */
  it('show what a role excludes, from whichever side it is named', () => {
    expect(excludedBy(role, [rule]).map((each) => each.keys)).toEqual([['role:auditor']])
    expect(excludedBy({ key: 'auditor', permissions: [] }, [rule]).map((each) => each.keys)).toEqual([['role:sys_admin']])
    expect(excludedBy({ key: 'clerk', permissions: ['org.edit'] }, [{ ...rule, one_side: ['org.edit'] }])).toHaveLength(1)
  })
  it('name roles and permissions, and leave an unknown key as it is', () => {
    expect(sayOf('role:sys_admin', [role], menus)).toBe('岗位“系统管理”')
    expect(sayOf('org.edit', [role], menus)).toBe('改机构')
    expect(sayOf('new.thing', [role], menus)).toBe('new.thing')
  })
  it('group what is held by menu', () => {
    expect(heldByMenu(role.permissions, menus).map((menu) => menu.permissions.map((each) => each.label))).toEqual([['改机构']])
  })
})

describe('access policies', () => {
  /** req: IDENT-035 */
  it('take networks as people paste them and send only what limits', () => {
    expect(networksOf('10.0.0.0/8\n192.168.8.0/24，172.16.0.0/12')).toEqual(['10.0.0.0/8', '192.168.8.0/24', '172.16.0.0/12'])
    const body = bodyOf({ name: ' 大厅 ', subject_kind: 'user', user: [{ value: 'id', label: '陈' }], role: 'clerk', terminals: ['desktop'], networks: '', idle_minutes: 15, max_sessions: null, requests_per_minute: null, enabled: 'off' })
    expect(body).toMatchObject({ name: '大厅', subject: 'id', networks: [], idle_minutes: 15, max_sessions: null, enabled: false })
  })
  it('say in a line what they limit', () => {
    expect(saysPolicy({ terminals: ['desktop'], networks: [], idle_minutes: 15, max_sessions: null, requests_per_minute: null })).toBe('终端：电脑；空闲退出：15 分钟')
    expect(saysPolicy({ terminals: [], networks: [], idle_minutes: null, max_sessions: null, requests_per_minute: null })).toBe('不限')
  })
})

describe('migration of accounts', () => {
  /** req: IDENT-032 */
  it('guesses the field of a column once and says what is missing or claimed twice', () => {
    const found = guess('staff', ['账号', '姓名', '部门编号', '联系电话', '备注'])
    expect(found).toEqual({ 账号: 'login', 姓名: 'name', 部门编号: 'org', 联系电话: 'phone', 备注: '' })
    expect(faults('staff', found)).toEqual({ missing: [], twice: [] })
    expect(faults('orgs', { a: 'name', b: 'name' })).toEqual({ missing: ['key'], twice: ['name'] })
  })
  it('reads the column names of a file with a mark, quotes and commas inside', () => {
    expect(headOf('\ufeff登录名,"姓名,全","说""明",\r\nx,y')).toEqual(['登录名', '姓名,全', '说"明'])
  })
  it('writes passwords so that a spreadsheet runs nothing', () => {
    expect(csvOf([['登录名', '口令'], ['a', '=1+1'], ['b', 'x"y']])).toBe('\ufeff登录名,口令\r\na,\'=1+1\r\nb,"x""y"\r\n')
  })
})

describe('sign-in', () => {
  it('leads back into the desk, or to the sign-on of another system, and nowhere else', () => {
    expect(nextOf({ to: '/cases?x=1' })).toEqual({ inside: '/cases?x=1' })
    for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example']) expect(nextOf({ to })).toEqual({ inside: '/' })
    expect(nextOf({ return_to: '/oauth/continue?request=1' })).toEqual({ outside: '/oauth/continue?request=1' })
    for (const back of ['https://evil.example/oauth/', '/api/v1/x', '/oauth\\evil']) expect(nextOf({ return_to: back })).toEqual({ inside: '/' })
  })
  it('wants the new password twice alike', () => {
    expect(differ({ new_password: 'a', again: 'b' })).toBe(true)
    expect(differ({ new_password: 'a', again: 'a' })).toBe(false)
  })
})

describe('connected systems', () => {
  const choices = { interfaces: [{ key: 'events', label: '办件事件', by_item: true, fields: [] }, { key: 'user_data', label: '用户资料', by_item: false, fields: [{ key: 'name', label: '姓名' }] }] } as unknown as SystemChoices
  /** req: IDENT-011 */
  it('are granted only what is ticked, each with its own scope and last day', () => {
    expect(grantsOf({ interfaces: ['events'], 'all:events': 'some', 'items:events': [{ value: 'food', label: '食品' }], 'fields:user_data': ['name'] }, choices)).toEqual([{ interface: 'events', items: ['food'], fields: [] }])
    expect(grantsOf({ interfaces: ['events', 'user_data'], 'all:events': 'all', 'fields:user_data': ['name'], 'until:user_data': '2026-12-31' }, choices)).toEqual([
      { interface: 'events', items: ['*'], fields: [] }, { interface: 'user_data', items: [], fields: ['name'], valid_until: '2026-12-31T15:59:59Z' },
    ])
  })
  it('count days in China time', () => {
    expect(dayBegins('2026-12-31')).toBe('2026-12-30T16:00:00Z')
    expect(dayEnds('2026-12-31')).toBe('2026-12-31T15:59:59Z')
  })
})

describe('audit and risks', () => {
  /** req: DATASEC-008 */
  it('values of a line are read as text', () => {
    expect(valueText(['clerk', 'reviewer'])).toBe('clerk、reviewer')
    expect(valueText({ a: 1, b: null })).toBe('a：1；b：（空）')
    expect(valueText([])).toBe('（空）')
  })
  it('an object leads to its page when the desk has one', () => {
    expect(pageOf('case:1')).toEqual({ name: 'case', params: { id: '1' } })
    expect(pageOf('licence:1')).toBeNull()
  })
  it('an event is overdue after its day, not on it, and not when closed', () => {
    expect(overdue({ due_on: '2026-11-25', state: 'assigned' }, '2026-11-26')).toBe(true)
    expect(overdue({ due_on: '2026-11-26', state: 'assigned' }, '2026-11-26')).toBe(false)
    expect(overdue({ due_on: '2026-11-25', state: 'closed' }, '2026-11-26')).toBe(false)
    expect(overdue({ due_on: null, state: 'assigned' }, '2026-11-26')).toBe(false)
  })
})

describe('jumps and links (req: IDENT-012)', () => {
  const choices = { systems: [], fields: [{ key: 'name', label: '姓名' }, { key: 'phone', label: '手机号' }], pushes: [{ key: 'case', label: '办件数据' }], places: ['{item}'] }
  it('take parameters a line each and say which line is wrong', () => {
    expect(paramsOf('sxbm={item}\n\n ly = tongban=1 ')).toEqual([{ name: 'sxbm', value: '{item}' }, { name: 'ly', value: 'tongban=1' }])
    expect(() => paramsOf('a=1\n=2')).toThrow('第 2 行要写成 名称=值')
  })
  it('carry only the fields that have a name over there', () => {
    const jump = jumpOf({ app_id: ' x ', target_url: 'https://a', params: '', note: '', enabled: 'no', pushes: ['case'], 'field:name': 'xm', 'field:phone': ' ' }, choices)
    expect(jump).toEqual({ app_id: 'x', target_url: 'https://a', params: [], note: '', enabled: false, pushes: ['case'], mapping: [{ field: 'name', name: 'xm' }] })
  })
  it('keep a link as it was when nothing is changed', () => {
    const link = { role: 'province' as const, for_portal: true, for_desk: false, our_id: 'hall', entry_url: 'https://a', bind_url: '', redeem_url: 'https://b', sync_url: '', push_url: '', trusted: true, creates: false, bind_network: true, enabled: false }
    const fields = linkGroups({ version: 1, link, roles: [{ key: 'province', label: '省级门户' }] }).flatMap((group) => group.fields)
    expect(linkOf(startValues(fields))).toEqual(link)
  })
})
