/** Who acts for whom: grants of enterprises to managers and agents, of elders to their family, and the log of their use. */
import { newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'

export type GrantRole = S['GrantRole']
export type GrantState = S['GrantState']
export type KeyName = Whole<S['GrantKeyName']>
/** From when to when, for which items and materials. Dates are China dates, both days included. */
export type GrantScope = Whole<S['GrantPeriod']>
export type GrantParty = Whole<S['GrantParty']>
type GrantWords = {
  /** Who asked first: `give` = the principal, `ask` = who wants to act. */
  direction: 'give' | 'ask'
  my_side: 'principal' | 'grantee'
}
export type Grant = Narrow<Whole<S['GrantView']>, GrantWords>
export type Grants = Narrow<Whole<S['GrantList']>, { items: Grant[] }>
export type NewGrant = Narrow<Whole<S['NewGrant']>, { direction: 'give' | 'ask' }>
export type GrantUse = Whole<S['GrantUse']>
/** For whom one may act now; `grant_id` null is oneself. */
export type ActingFor = Narrow<Whole<S['ActingFor']>, { kind: 'self' | 'enterprise' | 'person' }>
/** Under which grant the caller stands to a case; null for the applicant. */
export type Acting = Whole<S['CaseActing']>
/** What cases tell besides when somebody acts for the applicant. Absent on servers that know no grants. */
export interface OnBehalf {
  applicant_name?: string
  agent?: Whole<S['CaseAgent']> | null
  acting?: Acting | null
  steps?: Whole<S['CaseStep']>[]
}

const ONE = '/api/v1/portal/grants/{id}'
const ACT = '/api/v1/portal/grants/{id}/{act}'

export const delegation = {
  actingFor: () => said<{ items: ActingFor[] }>(ask('get', '/api/v1/portal/me/acting-for')),
  grants: (query: QueryFor<'/api/v1/portal/grants'>) => said<Grants>(ask('get', '/api/v1/portal/grants', { query })),
  grant: (id: string) => said<Grant>(ask('get', ONE, { path: { id } })),
  give: (body: NewGrant, key = newKey()) => said<Grant>(ask('post', '/api/v1/portal/grants', { body, key })),
  change: (id: string, body: GrantScope & { version: number; relation: string }) => said<Grant>(ask('put', ONE, { path: { id }, body })),
  accept: (id: string, version: number) => said<Grant>(ask('post', ACT, { path: { id, act: 'accept' }, body: { version } })),
  refuse: (id: string, body: S['GrantAnswer']) => said<Grant>(ask('post', ACT, { path: { id, act: 'refuse' }, body })),
  revoke: (id: string, body: S['GrantAnswer']) => said<Grant>(ask('post', ACT, { path: { id, act: 'revoke' }, body })),
  uses: (id: string, query: QueryFor<'/api/v1/portal/grants/{id}/uses'>) => ask('get', `${ONE}/uses`, { path: { id }, query }),
}
