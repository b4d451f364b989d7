/** What can be done with a fee: each action as a short form. The server checks all of it again. */
import { ApiProblem, fulfilment, type FeeView } from '@tongban/api'
import { fees as t } from '../../../messages/fulfilment.ts'
import type { DialogSpec } from '../../../parts/dialog.ts'
import { fenOf, plain, yuan } from './money.ts'

const text = (value: unknown) => String(value ?? '').trim()

export function review(id: string, fee: FeeView): DialogSpec {
  const granted = (name: string) => fee.lines.some((line) => line.reductions.some((less) => less.name === name))
  return {
    title: t(fee.state === 'to_review' ? 'review' : 'reviewAgain'), text: t('reviewText'), submit: t('review'), done: t('reviewDone'),
    fields: [
      ...(fee.offered.length ? [{ kind: 'checks' as const, key: 'reductions', label: t('reductions'), hint: t('reductionsHint'), optional: true, value: fee.offered.filter((one) => granted(one.name)).map((one) => one.name), options: fee.offered.map((one) => ({ value: one.name, label: one.name, hint: one.basis })) }] : []),
      ...fee.lines.map((line, at) => ({ kind: 'text' as const, key: `line${at}`, label: t('fee', { name: line.name }), hint: line.standard_fen === null ? line.standard : t('feeHint', { amount: yuan(line.computed_fen) }), value: line.standard_fen === null && line.amount_fen === 0 ? '' : plain(line.amount_fen) })),
      { kind: 'textarea' as const, key: 'reason', label: t('reason'), hint: t('reasonHint'), optional: true, value: fee.review_reason ?? '' },
    ],
    run: async (values) => {
      const amounts = fee.lines.map((line, at) => ({ line, fen: fenOf(text(values[`line${at}`])) }))
      if (amounts.some((one) => one.fen === null)) throw new ApiProblem(422, { title: t('amountWrong') })
      // A line left as it was follows the reductions ticked now; one that was typed stays as typed.
      const typed = amounts.filter(({ line, fen }) => line.standard_fen === null || fen !== line.amount_fen || line.amount_fen !== line.computed_fen)
      return fulfilment.review(id, { version: fee.version, reductions: (values.reductions as string[] | undefined) ?? [], amounts: typed.map(({ line, fen }) => ({ name: line.name, amount_fen: fen ?? 0 })), reason: text(values.reason) })
    },
  }
}

export function confirmBank(id: string, fee: FeeView): DialogSpec {
  return {
    title: t('bank'), text: `${yuan(fee.amount_fen)}。${t('bankText')}`, submit: t('bank'), done: t('bankDone'),
    fields: [{ kind: 'text', key: 'receipt', label: t('receiptNumber') }],
    run: (values) => fulfilment.confirmBank(id, { version: fee.version, receipt_number: text(values.receipt) }),
  }
}

export function invoice(id: string, fee: FeeView): DialogSpec {
  return {
    title: t('invoiceAct'), text: t('invoiceText'), submit: t('invoiceAct'), done: t('invoiceDone'),
    fields: [{ kind: 'text', key: 'code', label: t('code'), value: fee.invoice_code ?? '' }, { kind: 'text', key: 'number', label: t('invoiceNumber'), value: fee.invoice_number ?? '' }],
    run: (values) => fulfilment.invoice(id, { version: fee.version, code: text(values.code), number: text(values.number) }),
  }
}

export function refund(id: string, fee: FeeView): DialogSpec {
  const bank = fee.orders.some((order) => order.state === 'paid' && order.way_label === '银行缴费')
  return {
    title: t('refund'), text: t('refundText', { amount: yuan(fee.amount_fen) }), submit: t('refundSubmit'), cancel: t('keep'), done: t('refundDone'), danger: true,
    fields: [{ kind: 'textarea', key: 'reason', label: t('refundReason') }, ...(bank ? [{ kind: 'text' as const, key: 'slip', label: t('refundSlip'), hint: t('refundSlipHint') }] : [])],
    run: (values) => fulfilment.refund(id, { version: fee.version, reason: text(values.reason), refund_number: text(values.slip) }),
  }
}
