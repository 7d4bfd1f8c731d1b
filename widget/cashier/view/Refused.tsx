import { receiptOf, type RecordState } from '../../../src/client/journal/records.ts'
import { sumKopecks } from '../../../src/core/money.ts'
import type { Language } from '../words/language.ts'
import { reasonOf } from './NoticeLine.tsx'
import { Sums } from './ResultBox.tsx'

interface RefusedProps {
  state: RecordState
  language: Language
  onUnderstood: () => void
}

/** A bad end of a receipt whose sale is saved (U5): the sum to collect and the ways out, over the whole screen. */
export function Refused({ state, language, onUnderstood }: RefusedProps) {
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
  // What is neither a refusal nor as it was shown is for a manager.
  const title =
    outcome?.status === 'refused'
      ? words.result[amount > 0 ? 'notRedeemed' : 'notLoaded']
      : words.result.undecided
  const refused = outcome?.status === 'refused'
  return (
    <section class="refused" role="alertdialog" aria-label={title}>
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
      <p>{reasonOf(outcome, language)}</p>
      <button type="button" class="secondary" onClick={onUnderstood}>
        {words.result.understood}
      </button>
    </section>
  )
}
