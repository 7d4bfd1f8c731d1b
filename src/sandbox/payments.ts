import {
  nothingPaid,
  paidKopecks,
  PAYMENT_FIELDS,
  type Payment,
  type PaymentField,
} from './page/wire/payment.ts'

/** Payment may differ from the total by less than this: rule of MoySklad's JSON API, error 18000. */
export const TOLERANCE_KOPECKS = 10

/** A document that MoySklad does not save; the code is that of its JSON API, where one is known. */
export class DocumentRefused extends Error {
  override readonly name = 'DocumentRefused'
  readonly code: number | undefined

  constructor(code: number | undefined, message: string) {
    super(message)
    this.code = code
  }
}

const NOT_BESIDE_QR = [
  'cashSum',
  'noCashSum',
  'prepaymentCashSum',
  'prepaymentNoCashSum',
  'advancePaymentSum',
] as const satisfies readonly PaymentField[]

/**
 * The rules of a retail sale's payment in MoySklad's JSON API.
 *
 * @throws DocumentRefused 18000, 18005, 18006, 18007
 */
export function checkPayment(payment: Payment, sumKopecks: number): void {
  for (const [code, field] of [
    [18005, 'qrSum'],
    [18006, 'prepaymentQrSum'],
  ] as const) {
    if (payment[field] !== 0 && NOT_BESIDE_QR.some((other) => payment[other] !== 0)) {
      throw new DocumentRefused(
        code,
        `В случае заполненного поля '${field}' поля ${quoted(NOT_BESIDE_QR)} должны быть пустыми`,
      )
    }
  }
  const { prepaymentCashSum, prepaymentNoCashSum, prepaymentQrSum, advancePaymentSum } = payment
  if (advancePaymentSum !== 0 && prepaymentCashSum + prepaymentNoCashSum + prepaymentQrSum !== 0) {
    throw new DocumentRefused(
      18007,
      "В случае заполненного поля 'advancePaymentSum' поля 'prepaymentCashSum', 'prepaymentNoCashSum' и 'prepaymentQrSum' " +
        'должны быть пустыми',
    )
  }
  const isNegative = PAYMENT_FIELDS.some((field) => payment[field] < 0)
  if (isNegative || Math.abs(paidKopecks(payment) - sumKopecks) >= TOLERANCE_KOPECKS) {
    throw new DocumentRefused(
      18000,
      `Ошибка сохранения продажи: сумма ${quoted(PAYMENT_FIELDS)} не соответствует сумме по документу`,
    )
  }
}

/**
 * What the JSON API makes of the money fields of a request: what is not named gets the rest, by rules of its own, or is
 * taken for zero. Of an advance that is not named the documentation says nothing; it is taken for zero here too.
 */
export function completePayment(given: Partial<Payment>, sumKopecks: number): Payment {
  const payment = { ...nothingPaid, ...given }
  const rest = sumKopecks - paidKopecks(payment)
  const field = restField(given)
  return field === null ? payment : { ...payment, [field]: rest }
}

function restField(given: Partial<Payment>): PaymentField | null {
  if (given.qrSum || given.prepaymentQrSum) {
    if (given.qrSum === undefined) return 'qrSum'
    return given.prepaymentQrSum === undefined ? 'prepaymentQrSum' : null
  }
  if (given.cashSum === undefined) return 'cashSum'
  return given.noCashSum === undefined ? 'noCashSum' : null
}

function quoted(fields: readonly PaymentField[]): string {
  return fields.map((field) => `'${field}'`).join(', ')
}
