import type { Checkout } from '../model/checkout.ts'
import {
  readDiscount,
  readKopecks,
  readQuantity,
  showDecimal,
  showKopecks,
  sumKopecks,
  type Row,
  type RowEdit,
  type Sale,
} from '../model/sale.ts'
import { rowSumKopecks } from '../wire/sale-sum.ts'
import { EditField } from './EditField.tsx'

/** The table of rows with its total. */
export function Positions({ checkout, sale }: { readonly checkout: Checkout; readonly sale: Sale }) {
  return (
    <table class="positions" data-testid="positions" aria-label="Позиции">
      <thead>
        <tr>
          <th class="number">№</th>
          <th>Наименование</th>
          <th class="narrow">Кол-во</th>
          <th class="unit">Ед.</th>
          <th class="narrow">Цена</th>
          <th class="narrow">Скидка, %</th>
          <th class="sum">Сумма</th>
          <th class="number">
            <span class="for-readers">Удалить</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sale.rows.map((row, index) => (
          <Position key={row.key} checkout={checkout} row={row} number={index + 1} />
        ))}
        {sale.rows.length === 0 && (
          <tr class="empty">
            <td colSpan={8}>
              {sale.basis === null
                ? 'Отсканируйте товар или выберите его кнопкой выше'
                : 'По этой продаже возвращено всё'}
            </td>
          </tr>
        )}
      </tbody>
      <tfoot>
        <tr>
          <td colSpan={6}>Итого</td>
          <td class="sum" data-testid="total">
            {showKopecks(sumKopecks(sale))}
          </td>
          <td />
        </tr>
      </tfoot>
    </table>
  )
}

function Position({ checkout, row, number }: { checkout: Checkout; row: Row; number: number }) {
  const good = checkout.shop.goods.find((one) => one.id === row.productId)
  const disabled = checkout.busy.value
  // Prices of a return are those of its sale.
  const isFixed = disabled || checkout.sale.value?.basis !== null
  const commit =
    (read: (typed: string) => number | null, edit: (value: number) => RowEdit) => (typed: string) => {
      const value = read(typed)
      if (value !== null) checkout.editRow(row.key, edit(value))
      return value !== null
    }
  return (
    <tr data-testid={`row-${number}`}>
      <td class="number">{number}</td>
      <td class="name">
        <a href={`#good/edit?id=${row.productId}`} onClick={(event) => event.preventDefault()}>
          {good?.name ?? row.productId}
        </a>
      </td>
      <td class="narrow">
        <EditField
          label={`Количество, строка ${number}`}
          testId={`quantity-${number}`}
          shown={showDecimal(row.quantity)}
          disabled={disabled}
          onCommit={commit(readQuantity, (quantity) => ({ quantity }))}
        />
      </td>
      <td class="unit">{good?.uom ?? ''}</td>
      <td class="narrow">
        <EditField
          label={`Цена, строка ${number}`}
          testId={`price-${number}`}
          shown={showKopecks(row.price)}
          disabled={isFixed}
          onCommit={commit(readKopecks, (price) => ({ price }))}
        />
      </td>
      <td class="narrow">
        <EditField
          label={`Скидка, строка ${number}`}
          testId={`discount-${number}`}
          shown={showDecimal(row.discount)}
          disabled={isFixed}
          onCommit={commit(readDiscount, (discount) => ({ discount }))}
        />
      </td>
      <td class="sum" data-testid={`sum-${number}`}>
        {showKopecks(rowSumKopecks(row))}
      </td>
      <td class="number">
        <button
          type="button"
          class="remove"
          aria-label={`Удалить строку ${number}`}
          data-testid={`remove-${number}`}
          disabled={disabled}
          onClick={() => checkout.removeRow(row.key)}
        >
          ×
        </button>
      </td>
    </tr>
  )
}
