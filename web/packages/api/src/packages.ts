/** Packages of one matter (一件事套餐): several items handed in at once, each its own case, collected as it is ready or together. All throw `ApiProblem`. */
import { address } from './transport.ts'
import type { ApplicantKind, CaseState, CounterCase } from './types.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'

export type CollectMode = 'ready' | 'together'
export type CounterPackage = Narrow<Whole<S['CounterPackage']>, { object: ApplicantKind }>
export type CounterPackageItem = Whole<S['CounterPackageItem']>
export type PackageItem = Narrow<S['PackageItem'], Pick<CounterCase, 'situations' | 'form' | 'materials' | 'delivery'>>
export type PackageApplication = Narrow<S['PackageApplication'], { collect: CollectMode; items: PackageItem[] }>
export type PackageCheck = Whole<S['PackageCheck']>
export type PackageReceipt = Narrow<Whole<S['PackageReceipt']>, { collect: CollectMode }>
export type CasePackage = Narrow<Whole<S['CasePackage']>, { collect: CollectMode; state: 'open' | 'done'; cases: Narrow<Whole<S['CasePackageCase']>, { state: CaseState }>[] }>
export type CasePackageQuery = QueryFor<'/api/v1/case-packages'>

export const packages = {
  offered: () => said<{ items: CounterPackage[] }>(ask('get', '/api/v1/counter-packages')),
  check: (body: PackageApplication) => said<PackageCheck>(ask('post', '/api/v1/case-packages/check', { body })),
  create: (body: PackageApplication, key: string) => said<PackageReceipt>(ask('post', '/api/v1/case-packages', { body, key })),
  list: (query: CasePackageQuery) => said<Narrow<Whole<S['List_CasePackage']>, { items: CasePackage[] }>>(ask('get', '/api/v1/case-packages', { query })),
  exportAddress: (query: CasePackageQuery) => address('/api/v1/case-packages/export', { query: { ...query, limit: undefined, cursor: undefined } }),
}
