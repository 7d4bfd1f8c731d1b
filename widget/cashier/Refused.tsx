import { receiptOf, type RecordState } from '../../src/client/journal/records.ts'
import { sumKopecks } from '../../src/core/money.ts'
import type { ScreenProps } from './App.tsx'

/** A bad end of a receipt whose sale is saved (U5): the sum to collect and the ways out, over the whole screen. */
export function Refused({ state, checkout, language }: ScreenProps & { state: RecordState }) {
  const { words, sum, time } = language
  const { record, changed } = state
  // What a server that was set back decided instead comes after what people were shown (J7).
  const outcome = changed ?? state.outcome
  const { operations } = receiptOf(record)
  const amount = sumKopecks(
    operations.flatMap((operation) => (operation.kind === 'redeem' ? [operation.amountKopecks] : [])),
  )
  const loads = operations.some((operation) => operation.kind === 'load')
  const cancels = operations.some((operation) => operation.kind === 'void')
  const title = cancels
    ? words.result.notCancelled
    : amount > 0
      ? words.result.notRedeemed
      : words.result.notLoaded
  const reason =
    outcome?.status === 'refused'
      ? words.refusal(outcome.refusal.code, {
          sum: outcome.refusal.possibleKopecks === null ? null : sum(outcome.refusal.possibleKopecks),
          date: null,
          till: null,
        })
      : outcome?.status === 'held'
        ? words.result.held(outcome.code)
        : ''
  return (
    <section class={`refused ${cancels ? 'mild' : ''}`} role="alertdialog" aria-label={title}>
      <p class="dim-on-red">
        {words.result.earlier(time(record.recordedAtMs))} ·{' '}
        {record.faces.map((face) => words.card.face(face.last4)).join(', ')}
      </p>
      {cancels && <h1>{title}</h1>}
      {outcome?.status === 'refused' && !cancels && (
        <>
          {amount > 0 && <h1>{words.result.notRedeemed}</h1>}
          {amount > 0 && <p class="collect">{words.result.collect(sum(amount))}</p>}
          {loads && <h1>{words.result.notLoaded}</h1>}
          {loads && <p class="collect">{words.result.otherCard}</p>}
        </>
      )}
      {changed && <p>{words.result.changed}</p>}
      <p>{reason}</p>
      <button type="button" class="secondary" onClick={() => void checkout.decisions.acknowledge(state)}>
        {words.result.understood}
      </button>
    </section>
  )
}
