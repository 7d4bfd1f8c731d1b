import { receiptOf, type RecordState } from '../../../src/client/journal/records.ts'
import { sumKopecks } from '../../../src/core/money.ts'
import type { ScreenProps } from './screen-props.ts'
import { noticeText } from './NoticeLine.tsx'
import { Sums } from './ResultBox.tsx'

/** A bad end of a receipt whose sale is saved (U5): the sum to collect and the ways out, over the whole screen. */
export function Refused({ state, checkout, language }: ScreenProps & { state: RecordState }) {
  const { words, sum, time } = language
  const { record, changed } = state
  // What a restored server decided instead comes after what people were shown (J7).
  const outcome = changed ?? state.outcome
  const receipt = receiptOf(record)
  const { operations } = receipt
  const amount = sumKopecks(
    operations.flatMap((operation) => (operation.kind === 'redeem' ? [operation.amountKopecks] : [])),
  )
  const loads = operations.some((operation) => operation.kind === 'load')
  const cancels = operations.some((operation) => operation.kind === 'void')
  // What is neither a refusal nor as it was shown is for a manager.
  const title =
    outcome?.status === 'refused'
      ? words.result[cancels ? 'notCancelled' : amount > 0 ? 'notRedeemed' : 'notLoaded']
      : words.result.undecided
  const refused = outcome?.status === 'refused' && !cancels
  const reason =
    outcome?.status === 'refused'
      ? noticeText({ kind: 'refusal', refusal: outcome.refusal, card: null }, language)
      : outcome?.status === 'in_review'
        ? words.result.inReview(outcome.code)
        : ''
  return (
    <section class={`refused ${cancels ? 'mild' : ''}`} role="alertdialog" aria-label={title}>
      <p class="dim-on-red">
        {words.result.earlier(time(record.recordedAtMs))} ·{' '}
        {record.faces.map((face) => words.card.face(face.last4)).join(', ')}
      </p>
      <h1>{title}</h1>
      {refused && amount > 0 && <p class="collect">{words.result.collect(sum(amount))}</p>}
      {refused && amount > 0 && loads && <h1>{words.result.notLoaded}</h1>}
      {refused && loads && <p class="collect">{words.result.otherCard}</p>}
      {outcome?.status === 'in_review' && (
        <div>
          <Sums result={{ record, receipt }} language={language} />
        </div>
      )}
      {changed && <p>{words.result.changed}</p>}
      <p>{reason}</p>
      <button type="button" class="secondary" onClick={() => void checkout.decisions.acknowledge(state)}>
        {words.result.understood}
      </button>
    </section>
  )
}
