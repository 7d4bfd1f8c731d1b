import type { Question } from '../../../src/client/till/matching.ts'
import { cardsOf, loadTotal, redeemTotal } from '../../../src/core/draft/draft.ts'
import { wishOf } from '../model/panel.ts'
import type { Language } from '../words/language.ts'
import { AskBox } from './AskBox.tsx'

interface QuestionProps {
  question: Question
  /** «Да» can be right. */
  answerable: boolean
  /** It can be recorded now: there is a line, or it may be promised. */
  possible: boolean
  language: Language
  onAnswer: (yes: boolean) => void
}

/** A prepared draft looks for its sale (M3): nothing is charged before the cashier says so. */
export function QuestionBox({ question, answerable, possible, language, onAnswer }: QuestionProps) {
  const { words, sum, time, faces } = language
  const { draft, doubt, sale } = question
  const wish = wishOf(draft)
  const yes = words.question.yes[wish](sum(redeemTotal(draft)), sum(loadTotal(draft)))
  const { sumKopecks } = sale ?? draft.sale
  return (
    <AskBox
      text={words.question[doubt](time(draft.updatedAtMs), wish)}
      note={
        <>
          <p class="dim">
            {sale
              ? words.question.sale(sale.name, sale.moment.slice(11), sum(sumKopecks))
              : words.question.saleSum(sum(sumKopecks))}
            {' · '}
            {faces(cardsOf(draft))}
          </p>
          {answerable && !possible && <p class="notice">{words.question.cannotPromise}</p>}
        </>
      }
      yes={answerable && possible ? [yes, () => onAnswer(true)] : null}
      no={[words.question[answerable ? 'no' : 'letGo'], () => onAnswer(false)]}
    />
  )
}
