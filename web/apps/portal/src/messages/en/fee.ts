/** English for headings and buttons; everything else falls back to Chinese. */
import type { fee as zh } from '../zh-CN/fee.ts'

export const fee: Partial<Record<keyof typeof zh, string>> = { title: 'Fee', pay: 'Pay', lines: 'How it is computed', total: 'Total', due: 'Please pay {amount}', paid: 'Paid {amount}', notice: 'Payment notice', receipt: 'Receipt' }
export const shipment: Partial<Record<'title' | 'pays', string>> = { title: 'Your parcel' }
