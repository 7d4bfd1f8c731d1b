import type { Checkout } from '../model/checkout.ts'
import { showKopecks, showMoment } from '../model/sale.ts'

/** Saved sales, newest first; a press opens one. */
export function SalesList({ checkout }: { readonly checkout: Checkout }) {
  const { employees } = checkout.shop
  return (
    <>
      <div class="toolbar" role="toolbar" aria-label="Действия со списком">
        <h1>Продажи</h1>
        <button
          type="button"
          class="primary"
          data-testid="new-sale"
          disabled={checkout.busy.value}
          onClick={() => void checkout.go({ page: 'new' })}
        >
          Новая продажа
        </button>
      </div>
      <table class="positions list" data-testid="sales" aria-label="Продажи">
        <thead>
          <tr>
            <th>№</th>
            <th>Время</th>
            <th>Сотрудник</th>
            <th>Комментарий</th>
            <th class="sum">Наличными</th>
            <th class="sum">Картой</th>
            <th class="sum">QR</th>
            <th class="sum">Аванс</th>
            <th class="sum">Сумма</th>
          </tr>
        </thead>
        <tbody>
          {checkout.list.value.map((sale) => (
            <tr key={sale.id}>
              <td>
                <button
                  type="button"
                  class="link"
                  data-testid={`open-${sale.name}`}
                  onClick={() => void checkout.go({ page: 'sale', id: sale.id })}
                >
                  {sale.name}
                </button>
              </td>
              <td>{showMoment(sale.moment)}</td>
              <td>{employees.find((person) => person.id === sale.ownerId)?.name ?? ''}</td>
              <td>{sale.description ?? ''}</td>
              <td class="sum">{showKopecks(sale.cashSum)}</td>
              <td class="sum">{showKopecks(sale.noCashSum)}</td>
              <td class="sum">{showKopecks(sale.qrSum)}</td>
              <td class="sum">{showKopecks(sale.advancePaymentSum)}</td>
              <td class="sum">{showKopecks(sale.sum)}</td>
            </tr>
          ))}
          {checkout.list.value.length === 0 && (
            <tr class="empty">
              <td colSpan={9}>Продаж пока нет</td>
            </tr>
          )}
        </tbody>
      </table>
    </>
  )
}
