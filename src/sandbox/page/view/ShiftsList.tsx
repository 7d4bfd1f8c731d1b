import type { Checkout } from '../model/checkout.ts'
import { showMoment } from '../model/sale.ts'

/** The shifts of the point of sale, newest first. */
export function ShiftsList({ checkout }: { readonly checkout: Checkout }) {
  const shifts = checkout.shifts.value
  const current = shifts.find((shift) => shift.closeDate === null)
  const busy = checkout.busy.value
  return (
    <>
      <div class="toolbar">
        <h1>Смены</h1>
        {current === undefined ? (
          <button
            type="button"
            class="primary"
            data-testid="open-shift"
            disabled={busy}
            onClick={() => void checkout.openShift()}
          >
            Открыть смену
          </button>
        ) : (
          <button
            type="button"
            data-testid="close-shift"
            disabled={busy}
            onClick={() => void checkout.closeShift(current.id)}
          >
            Закрыть смену
          </button>
        )}
      </div>
      <table class="positions list" data-testid="shifts" aria-label="Смены">
        <thead>
          <tr>
            <th>№</th>
            <th>Открыта</th>
            <th>Закрыта</th>
          </tr>
        </thead>
        <tbody>
          {shifts.map(({ id, name, moment, closeDate }) => (
            <tr key={id}>
              <td>{name}</td>
              <td>{showMoment(moment)}</td>
              <td>{closeDate === null ? '' : showMoment(closeDate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
