import type { Checkout } from '../model/checkout.ts'
import { cashKopecks, readKopecks, showKopecks, sumKopecks, type Sale } from '../model/sale.ts'
import { EditField } from './EditField.tsx'

/** How the sale is paid. Cash takes what the bank card leaves; editing one changes the other. */
export function Payment({ checkout, sale }: { readonly checkout: Checkout; readonly sale: Sale }) {
  const set = (noCashOf: (kopecks: number) => number) => (typed: string) => {
    const kopecks = readKopecks(typed)
    if (kopecks !== null) checkout.setNoCash(noCashOf(kopecks))
    return kopecks !== null
  }
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
            onCommit={set((cash) => sumKopecks(sale) - cash)}
          />
        </label>
        <label>
          Картой
          <EditField
            label="Картой"
            testId="no-cash"
            shown={showKopecks(sale.noCashSum)}
            onCommit={set((noCash) => noCash)}
          />
        </label>
        <p>
          Итого <b>{showKopecks(sumKopecks(sale))} ₽</b>
        </p>
      </fieldset>
    </div>
  )
}
