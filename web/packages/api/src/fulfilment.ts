/** What comes after and beside the decision: fees. For both sides. All throw `ApiProblem`. */
import { address, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'

export type FeeState = S['FeeState']
export type FeeView = Whole<S['FeeView']>
export type FeeRow = Whole<S['List_FeeRow']>['items'][number]
export type CaseFee = Narrow<Whole<S['CaseFee']>, { fee: FeeView | null }>
export type FeeQuery = QueryFor<'/api/v1/fees'>
export type FeeList = Narrow<Whole<S['FeeList']>, { items: FeeRow[]; sums: Partial<Record<FeeState, { count: number; amount_fen: number }>> }>
export type FeeStatement = Whole<S['FeeStatement']>
export type FeeReview = S['FeeReview']

const FEE = '/api/v1/cases/{id}/fee'

export const fulfilment = {
  // the applicant
  myFee: (id: string) => said<CaseFee>(ask('get', '/api/v1/my/cases/{id}/fee', { path: { id } })),
  payMyFee: (id: string, key = newKey()) => ask('post', '/api/v1/my/cases/{id}/fee/pay', { path: { id }, key }),

  // the desk
  fee: (id: string) => said<CaseFee>(ask('get', FEE, { path: { id } })),
  assess: (id: string) => said<FeeView>(ask('post', FEE, { path: { id } })),
  review: (id: string, body: FeeReview) => said<FeeView>(ask('post', `${FEE}/review`, { path: { id }, body })),
  confirmBank: (id: string, body: S['BankPayment']) => said<FeeView>(ask('post', `${FEE}/confirm-bank`, { path: { id }, body })),
  invoice: (id: string, body: S['FeeInvoice']) => said<FeeView>(ask('post', `${FEE}/invoice`, { path: { id }, body })),
  refund: (id: string, body: S['FeeRefund']) => said<FeeView>(ask('post', `${FEE}/refund`, { path: { id }, body })),
  fees: (query: FeeQuery) => said<FeeList>(ask('get', '/api/v1/fees', { query })),
  feesExportAddress: (query: FeeQuery) => address('/api/v1/fees/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  statements: (query: QueryFor<'/api/v1/fee-statements'>) => said<{ items: FeeStatement[]; total: number; next: string | null; as_of: string }>(ask('get', '/api/v1/fee-statements', { query })),
  reconcile: (day: string) => said<FeeStatement>(ask('post', '/api/v1/fee-statements', { body: { day } })),
}

export type ShipmentState = S['ShipmentState']
export type ShipmentView = Whole<S['ShipmentView']>
export type ShipmentQuery = QueryFor<'/api/v1/shipments'>
export type ShipmentList = Narrow<Whole<S['ShipmentList']>, { items: ShipmentView[]; counts: Partial<Record<ShipmentState, number>> }>
export type ShipmentParty = S['ShipmentParty']
export type ShipmentsMade = Whole<S['ShipmentsMade']>
export type MyShipment = Whole<S['MyShipment']>

const SHIPMENT = '/api/v1/shipments/{id}'

export const shipping = {
  mine: (id: string) => said<{ items: MyShipment[] }>(ask('get', '/api/v1/my/cases/{id}/shipments', { path: { id } })),
  list: (query: ShipmentQuery) => said<ShipmentList>(ask('get', '/api/v1/shipments', { query })),
  exportAddress: (query: ShipmentQuery) => address('/api/v1/shipments/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  order: (body: S['NewShipments'], key = newKey()) => said<ShipmentsMade>(ask('post', '/api/v1/shipments', { body, key })),
  archive: (body: S['NewArchive'], key = newKey()) => said<ShipmentsMade>(ask('post', '/api/v1/shipments/archive', { body, key })),
  one: (id: string) => said<ShipmentView>(ask('get', SHIPMENT, { path: { id } })),
  retry: (id: string, body: S['RetryShipment']) => ask('post', `${SHIPMENT}/retry`, { path: { id }, body }),
  refresh: (id: string) => ask('post', `${SHIPMENT}/refresh`, { path: { id } }),
  cancel: (id: string, body: S['CancelShipment']) => ask('post', `${SHIPMENT}/cancel`, { path: { id }, body }),
}

export type HandOverState = S['HandOverState']
export type HandOverView = Whole<S['HandOverView']>
export type HandOverQuery = QueryFor<'/api/v1/hand-overs'>
export type HandOverList = Narrow<Whole<S['HandOverList']>, { items: HandOverView[] }>
export type NewHandOver = S['NewHandOver']

const HAND_OVER = '/api/v1/hand-overs/{id}'

export const handOvers = {
  list: (query: HandOverQuery) => said<HandOverList>(ask('get', '/api/v1/hand-overs', { query })),
  exportAddress: (query: HandOverQuery) => address('/api/v1/hand-overs/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  receivers: (q: string) => ask('get', '/api/v1/hand-overs/receivers', { query: { q } }),
  create: (body: NewHandOver, key = newKey()) => said<HandOverView>(ask('post', '/api/v1/hand-overs', { body, key })),
  one: (id: string) => said<HandOverView>(ask('get', HAND_OVER, { path: { id } })),
  send: (id: string, version: number) => said<HandOverView>(ask('post', `${HAND_OVER}/send`, { path: { id }, body: { version } })),
  cancel: (id: string, version: number) => ask('post', `${HAND_OVER}/cancel`, { path: { id }, body: { version } }),
  receive: (body: S['ReceiveHandOver']) => said<HandOverView>(ask('post', '/api/v1/hand-overs/receive', { body })),
  sheetAddress: (id: string) => address(`${HAND_OVER}/sheet`, { path: { id } }),
}

export type Collection = Narrow<Whole<S['Collection']>, { mode: 'ready' | 'together' }>

/** Certificates of several matters, collected each as it is ready or together. */
export const collecting = {
  mine: (query: QueryFor<'/api/v1/my/collections'>) => said<{ items: Collection[]; total: number; next: string | null; as_of: string }>(ask('get', '/api/v1/my/collections', { query })),
  create: (body: S['NewCollection'], key = newKey()) => said<Collection>(ask('post', '/api/v1/my/collections', { body, key })),
  change: (id: string, body: S['ChangeCollection']) => said<Collection>(ask('put', '/api/v1/my/collections/{id}', { path: { id }, body })),
  list: (query: QueryFor<'/api/v1/collections'>) => said<{ items: Collection[]; total: number; next: string | null; as_of: string }>(ask('get', '/api/v1/collections', { query })),
  exportAddress: (query: QueryFor<'/api/v1/collections'>) => address('/api/v1/collections/export', { query: { ...query, limit: undefined, cursor: undefined } }),
  ofCase: (id: string) => said<Collection>(ask('get', '/api/v1/cases/{id}/collection', { path: { id } })),
  release: (id: string, body: S['ReleaseCollection']) => said<Collection>(ask('post', '/api/v1/collections/{id}/release', { path: { id }, body })),
}
