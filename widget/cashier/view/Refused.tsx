import { receiptOf, type RecordState } from '../../../src/client/journal/records.ts'
import { summaryOf } from '../model/result.ts'
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
  const { words, sum, time, faces } = language
  const { record, changed } = state
  // What a restored server decided instead comes after what people were shown (J7).
  const outcome = changed ?? state.outcome
  const receipt = receiptOf(record)
  const { loads, redeemedKopecks: amount } = summaryOf({ record, receipt })
  // What is neither a refusal nor as it was shown is for a manager.
  const refused = outcome?.status === 'refused'
  const title = words.result[!refused ? 'undecided' : amount > 0 ? 'notRedeemed' : 'notLoaded']
  return (
    <section class="refused" role="alertdialog" aria-label={title} tabIndex={-1}>
      <p class="dim-on-red">
        {words.result.earlier(time(record.recordedAtMs))} · {faces(record.faces)}
      </p>
      <h1>{title}</h1>
      {refused && amount > 0 && <p class="collect">{words.result.collect(sum(amount))}</p>}
      {refused && amount > 0 && loads.length > 0 && <h1>{words.result.notLoaded}</h1>}
      {refused && loads.length > 0 && <p class="collect">{words.result.otherCard}</p>}
      {outcome?.status === 'in_review' && (
        <div>
          <Sums result={{ record, receipt }} language={language} />
        </div>
      )}
      {changed && <p>{words.result.changed}</p>}
      <p>{reasonOf(outcome, language)}</p>
      <button class="secondary" onClick={onUnderstood}>
        {words.result.understood}
      </button>
    </section>
  )
}
