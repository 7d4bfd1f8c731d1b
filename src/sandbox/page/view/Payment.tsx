import type { Checkout } from '../model/checkout.ts'
import {
  cashKopecks,
  readKopecks,
  showKopecks,
  sumKopecks,
  type OtherThanCash,
  type Sale,
} from '../model/sale.ts'
import { EditField } from './EditField.tsx'

/** What servers and registers write; the page shows it and takes it along when it saves. */
const OF_OTHERS = [
  ['advancePaymentSum', 'Аванс'],
  ['prepaymentCashSum', 'Предоплата наличными'],
  ['prepaymentNoCashSum', 'Предоплата картой'],
  ['prepaymentQrSum', 'Предоплата по QR-коду'],
] as const satisfies readonly (readonly [keyof OtherThanCash, string])[]

/** How the sale is paid. Cash takes what the others leave; editing it changes what the bank card pays. */
export function Payment({ checkout, sale }: { readonly checkout: Checkout; readonly sale: Sale }) {
  const set = (paidOf: (kopecks: number) => Parameters<Checkout['setPaid']>[0]) => (typed: string) => {
    const kopecks = readKopecks(typed)
    if (kopecks !== null) checkout.setPaid(paidOf(kopecks))
    return kopecks !== null
  }
  const withoutCard = cashKopecks(sale) + sale.paid.noCashSum
  return (
    <div class="below">
      <label class="comment">
        Комментарий
        <textarea
          rows={3}
          data-testid="description"
          value={sale.description ?? ''}
          onChange={(event) => checkout.setDescription(event.currentTarget.value)}
        />
      </label>
      <fieldset class="payment">
        <legend>Оплата</legend>
        <label>
          Наличными
          <EditField
            label="Наличными"
            testId="cash"
            shown={showKopecks(cashKopecks(sale))}
            onCommit={set((cash) => ({ noCashSum: withoutCard - cash }))}
          />
        </label>
        <label>
          Картой
          <EditField
            label="Картой"
            testId="no-cash"
            shown={showKopecks(sale.paid.noCashSum)}
            onCommit={set((noCashSum) => ({ noCashSum }))}
          />
        </label>
        <label>
          По QR-коду
          <EditField
            label="По QR-коду"
            testId="qr"
            shown={showKopecks(sale.paid.qrSum)}
            onCommit={set((qrSum) => ({ qrSum }))}
          />
        </label>
        {OF_OTHERS.filter(([field]) => sale.paid[field] !== 0).map(([field, label]) => (
          <p key={field} class="of-others">
            {label} <span data-testid={field}>{showKopecks(sale.paid[field])}</span>
          </p>
        ))}
        <p>
          Итого <b>{showKopecks(sumKopecks(sale))} ₽</b>
        </p>
      </fieldset>
    </div>
  )
}
