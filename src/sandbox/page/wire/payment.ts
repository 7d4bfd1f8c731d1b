import * as v from 'valibot'
import { Int } from '../../../core/shape.ts'

export const Kopecks = v.pipe(Int, v.minValue(0), v.maxValue(10_000_000_000))
const none = v.optional(Kopecks, 0)

/** How a document is paid, under the names of MoySklad's JSON API. Together they are its total. */
export const paymentFields = {
  cashSum: Kopecks,
  /** By bank card. */
  noCashSum: Kopecks,
  qrSum: none,
  prepaymentCashSum: none,
  prepaymentNoCashSum: none,
  prepaymentQrSum: none,
  advancePaymentSum: none,
}
export type PaymentField = keyof typeof paymentFields
export type Payment = { readonly [Field in PaymentField]: number }

export const PAYMENT_FIELDS = Object.keys(paymentFields) as readonly PaymentField[]

export const nothingPaid: Payment = {
  cashSum: 0,
  noCashSum: 0,
  qrSum: 0,
  prepaymentCashSum: 0,
  prepaymentNoCashSum: 0,
  prepaymentQrSum: 0,
  advancePaymentSum: 0,
}

export function paymentOf(holder: Payment): Payment {
  const { cashSum, noCashSum, qrSum } = holder
  const { prepaymentCashSum, prepaymentNoCashSum, prepaymentQrSum, advancePaymentSum } = holder
  return {
    cashSum,
    noCashSum,
    qrSum,
    prepaymentCashSum,
    prepaymentNoCashSum,
    prepaymentQrSum,
    advancePaymentSum,
  }
}

export function paidKopecks(payment: Payment): number {
  return PAYMENT_FIELDS.reduce((sum, field) => sum + payment[field], 0)
}
