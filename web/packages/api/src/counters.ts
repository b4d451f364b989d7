/** Counters: what they take in, items of every hall, items done while the applicant waits, figures. All throw `ApiProblem`. */
import { address } from './transport.ts'
import { ask, said, type QueryFor, type S, type Whole } from './typed.ts'

export type CounterItems = Whole<S['CounterItems']>
export type CityWideItem = Whole<S['CityWideItem']>
export type InstantItem = Whole<S['InstantItem']>
export type InstantCase = Whole<S['InstantCase']>
export type PlaceFigures = Whole<S['PlaceFigures']>
export type PlaceQuery = QueryFor<'/api/v1/citywide-statistics'>
export type Coverage = Whole<S['Coverage']>
export type InstantFigures = Whole<S['InstantFigures']>
export type InstantFiguresQuery = QueryFor<'/api/v1/instant-statistics'>

export const counters = {
  items: (query: QueryFor<'/api/v1/counter-items'>) => said<CounterItems>(ask('get', '/api/v1/counter-items', { query })),

  // --- items of every hall ---
  cityWide: (query: QueryFor<'/api/v1/citywide-items'>) => said<Whole<S['List_CityWideItem']>>(ask('get', '/api/v1/citywide-items', { query })),
  cityWideItem: (slug: string) => said<CityWideItem>(ask('get', '/api/v1/citywide-items/{slug}', { path: { slug } })),
  cityWideOrgs: (q: string) => said<Whole<S['CityWideOrgs']>>(ask('get', '/api/v1/citywide-orgs', { query: { q } })),
  setCityWide: (slug: string, body: S['SetCityWide']) => said<CityWideItem>(ask('put', '/api/v1/citywide-items/{slug}', { path: { slug }, body })),
  places: (query: PlaceQuery) => said<Whole<S['PlaceStatistics']>>(ask('get', '/api/v1/citywide-statistics', { query })),
  placesExportAddress: (query: PlaceQuery) => address('/api/v1/citywide-statistics/export', { query: { ...query } }),
  coverage: () => said<Whole<S['CoverageList']>>(ask('get', '/api/v1/citywide-coverage')),
  coverageExportAddress: '/api/v1/citywide-coverage/export',

  // --- done while the applicant waits ---
  instantItems: (query: QueryFor<'/api/v1/instant-items'>) => said<Whole<S['List_InstantItem']>>(ask('get', '/api/v1/instant-items', { query })),
  setInstant: (slug: string, body: S['SetInstant']) => said<InstantItem>(ask('put', '/api/v1/instant-items/{slug}', { path: { slug }, body })),
  instantCase: (id: string) => said<InstantCase>(ask('get', '/api/v1/instant-cases/{id}', { path: { id } })),
  goOn: (id: string, opinion: string) => said<InstantCase>(ask('post', '/api/v1/instant-cases/{id}/go-on', { path: { id }, body: { opinion } })),
  instantFigures: (query: InstantFiguresQuery) => said<Whole<S['InstantStatistics']>>(ask('get', '/api/v1/instant-statistics', { query })),
  instantFiguresExportAddress: (query: InstantFiguresQuery) => address('/api/v1/instant-statistics/export', { query: { ...query } }),
}
