/** English for headings and buttons; everything else falls back to Chinese. */
import type * as zh from '../zh-CN/fulfilment.ts'

type Some<T> = Partial<Record<keyof T, string>>
export const fees: Some<typeof zh.fees> = { title: 'Fees', viewList: 'Fees', viewStatements: 'Reconciliation', review: 'Review the amount', reviewAgain: 'Review again', bank: 'Confirm a bank payment', invoiceAct: 'Note the invoice', refund: 'Refund', refundSubmit: 'Refund', reconcile: 'Reconcile a day', orders: 'Orders', facts: 'Payment', assess: 'Compute the fee' }
export const shipments: Some<typeof zh.shipments> = { title: 'Shipments', send: 'Send results', archive: 'Send archive boxes', retry: 'Order again', refresh: 'Track now', cancel: 'Call off', facts: 'Parcel', way: 'Tracking' }
export const handovers: Some<typeof zh.handovers> = { title: 'Hand-over of paper', add: 'New list', send: 'Sign out', receive: 'Sign in', receiveTitle: 'Sign in by code', sheet: 'Print the list', list: 'Pieces' }
