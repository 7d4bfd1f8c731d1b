import type { Checkout } from '../model/checkout.ts'
import { showKopecks, showMoment } from '../model/sale.ts'

/** Saved returns, newest first. A new one begins on the page of its sale. */
export function ReturnsList({ checkout }: { readonly checkout: Checkout }) {
  const { employees } = checkout.shop
  return (
    <>
      <div class="toolbar">
        <h1>Возвраты</h1>
      </div>
      <table class="positions list" data-testid="returns" aria-label="Возвраты">
        <thead>
          <tr>
            <th>№</th>
            <th>Время</th>
            <th>Сотрудник</th>
            <th>Продажа</th>
            <th>Комментарий</th>
            <th class="sum">Наличными</th>
            <th class="sum">Картой</th>
            <th class="sum">QR</th>
            <th class="sum">Сумма</th>
          </tr>
        </thead>
        <tbody>
          {checkout.returns.value.map((view) => (
            <tr key={view.id}>
              <td>
                <button
                  type="button"
                  class="link"
                  data-testid={`open-return-${view.name}`}
                  onClick={() => void checkout.go({ page: 'return', id: view.id })}
                >
                  {view.name}
                </button>
              </td>
              <td>{showMoment(view.moment)}</td>
              <td>{employees.find((person) => person.id === view.ownerId)?.name ?? ''}</td>
              <td>{view.demandName}</td>
              <td>{view.description ?? ''}</td>
              <td class="sum">{showKopecks(view.cashSum)}</td>
              <td class="sum">{showKopecks(view.noCashSum)}</td>
              <td class="sum">{showKopecks(view.qrSum)}</td>
              <td class="sum">{showKopecks(view.sum)}</td>
            </tr>
          ))}
          {checkout.returns.value.length === 0 && (
            <tr class="empty">
              <td colSpan={9}>Возвратов пока нет</td>
            </tr>
          )}
        </tbody>
      </table>
    </>
  )
}
