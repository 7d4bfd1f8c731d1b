import type { ScreenProps } from './App.tsx'
import { type Result, summaryOf } from './model/result.ts'

/** A receipt that was committed without a document fits this sale (M11): one press keeps it from being charged twice. */
export function LinkBox({ result, checkout, language }: ScreenProps & { result: Result }) {
  const { words, sum, time } = language
  const { redeemedKopecks, loads, last4Of } = summaryOf(result)
  const at = time(result.record.recordedAtMs)
  const text =
    redeemedKopecks > 0
      ? words.question.linkRedeem(sum(redeemedKopecks), at)
      : words.question.linkLoad(loads.map((load) => words.card.face(last4Of(load.cardId))).join(', '), at)
  return (
    <section class="question" role="group" aria-label={text}>
      <p>
        <b aria-hidden="true">?</b> {text}
      </p>
      <button type="button" class="primary" onClick={() => void checkout.links.accept(result)}>
        {words.question.linkYes}
      </button>
      <button type="button" class="secondary" onClick={() => checkout.links.decline(result)}>
        {words.question.linkNo}
      </button>
    </section>
  )
}
