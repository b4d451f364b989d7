/** Figures of cases, read from tables of their own. All throw `ApiProblem`. */
import { address } from './transport.ts'
import { ask, said, type QueryFor, type S, type Whole } from './typed.ts'

export type CaseFigures = Whole<S['CaseFigures']>
export type CaseStatistics = Whole<S['CaseStatistics']>
export type CaseStatisticsQuery = QueryFor<'/api/v1/case-statistics'>

export const statistics = {
  cases: (query: CaseStatisticsQuery) => said<CaseStatistics>(ask('get', '/api/v1/case-statistics', { query })),
  casesExportAddress: (query: CaseStatisticsQuery) => address('/api/v1/case-statistics/export', { query: { ...query } }),
}
