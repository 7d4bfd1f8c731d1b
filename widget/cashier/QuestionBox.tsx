import { loadTotal, redeemTotal } from '../../src/core/draft.ts'
import type { ScreenProps } from './App.tsx'
import type { Question } from './model/questions.ts'

/** A prepared draft looks for its sale (M3): nothing is charged before the cashier says so. */
export function QuestionBox({ question, checkout, language }: ScreenProps & { question: Question }) {
  const { words, sum, time } = language
  const { draft, doubt } = question
  const loaded = loadTotal(draft)
  const redeemed = redeemTotal(draft)
  const offline = checkout.line.value.reachable === false
  // Where MoySklad answered that there is no such sale, there is nothing to charge for.
  const answerable = doubt !== 'unsaved'
  const possible = !offline || checkout.mayPromise(draft)
  const yes =
    loaded > 0 && redeemed > 0
      ? words.question.yesBoth(sum(loaded), sum(redeemed))
      : loaded > 0
        ? words.question.yesLoad(sum(loaded))
        : words.question.yesRedeem(sum(redeemed))
  const cards = [...draft.loads, ...draft.redeems].map((card) => words.card.face(card.last4)).join(', ')
  return (
    <section class="question" role="group" aria-label={words.question[doubt](time(draft.updatedAtMs))}>
      <p>
        <b aria-hidden="true">?</b> {words.question[doubt](time(draft.updatedAtMs))}
      </p>
      <p class="dim">
        {words.question.saleSum(sum(draft.sale.sumKopecks))} · {cards}
      </p>
      {!answerable ? null : possible ? (
        <button type="button" class="primary" onClick={() => void checkout.answer(question, true)}>
          {yes}
        </button>
      ) : (
        <p class="notice">{words.question.cannotPromise}</p>
      )}
      <button type="button" class="secondary" onClick={() => void checkout.answer(question, false)}>
        {words.question.no}
      </button>
    </section>
  )
}
