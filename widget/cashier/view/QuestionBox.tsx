import type { Question } from '../../../src/client/till/matching.ts'
import { cardsOf, loadTotal, redeemTotal } from '../../../src/core/draft/draft.ts'
import type { ScreenProps } from './screen-props.ts'
import { AskBox } from './AskBox.tsx'

/** A prepared draft looks for its sale (M3): nothing is charged before the cashier says so. */
export function QuestionBox({ question, checkout, language }: ScreenProps & { question: Question }) {
  const { words, sum, time } = language
  const { draft, doubt, sale } = question
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
  const cards = cardsOf(draft)
    .map((card) => words.card.face(card.last4))
    .join(', ')
  return (
    <AskBox
      text={words.question[doubt](time(draft.updatedAtMs))}
      note={
        <>
          <p class="dim">
            {sale && `№ ${sale.name} · `}
            {words.question.saleSum(sum(draft.sale.sumKopecks))} · {cards}
          </p>
          {answerable && !possible && <p class="notice">{words.question.cannotPromise}</p>}
        </>
      }
      yes={answerable && possible ? [yes, () => checkout.answer(question, true)] : null}
      no={[words.question.no, () => checkout.answer(question, false)]}
    />
  )
}
