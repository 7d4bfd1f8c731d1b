import type { Checkout } from '../model/checkout.ts'
import { showMoment, type Sale } from '../model/sale.ts'

/** Buttons and title of a document page. */
export function Toolbar({ checkout, sale }: { readonly checkout: Checkout; readonly sale: Sale }) {
  const busy = checkout.busy.value
  return (
    <>
      <div class="toolbar" role="toolbar" aria-label="Действия с документом">
        <button
          type="button"
          class="primary"
          data-testid="save"
          disabled={busy}
          onClick={() => void checkout.save()}
        >
          Сохранить
        </button>
        <button
          type="button"
          data-testid="close"
          disabled={busy}
          onClick={() => void checkout.go({ page: sale.basis === null ? 'list' : 'returns' })}
        >
          Закрыть
        </button>
        <button
          type="button"
          data-testid="delete"
          disabled={busy || sale.id === null}
          onClick={() => void checkout.remove()}
        >
          Удалить
        </button>
        <button
          type="button"
          data-testid="new-sale"
          disabled={busy}
          onClick={() => void checkout.go({ page: 'new' })}
        >
          Новая продажа
        </button>
        {sale.basis === null && (
          <button
            type="button"
            data-testid="new-return"
            disabled={busy || sale.id === null}
            onClick={() => sale.id !== null && void checkout.go({ page: 'new-return', demandId: sale.id })}
          >
            Возврат
          </button>
        )}
        <span class="saved-mark" data-testid="save-state" role="status">
          {checkout.changed.value ? 'Не сохранено' : sale.id === null ? 'Новый документ' : 'Сохранено'}
        </span>
      </div>
      <div class="title">
        <h1 data-testid="title">
          {sale.basis === null ? 'Продажа' : 'Возврат'} № {sale.name} от {showMoment(sale.moment)}
        </h1>
        <label>
          <input
            type="checkbox"
            data-testid="applicable"
            checked={sale.applicable}
            onChange={(event) => checkout.setApplicable(event.currentTarget.checked)}
          />{' '}
          Проведено
        </label>
      </div>
    </>
  )
}
