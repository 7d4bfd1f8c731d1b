import type { ComponentChildren } from 'preact'
import type { ShiftReport } from '../model/shift.ts'
import type { Language } from '../words/language.ts'
import type { OperationsWords } from '../words/operations-words.ts'

interface ShiftProps {
  shift: ShiftReport
  language: Language
  words: OperationsWords['shift']
}

/** «Итоги смены»: what this till did today, and what has to be cleared up. */
export function ShiftSummary({ shift, language, words }: ShiftProps) {
  const { sum, time } = language
  const shown = shift.shown.value
  if (!shown) return null
  const { sold, charged, returned, unsent, inReview, lossKopecks } = shown.sums
  const clear = unsent === 0 && inReview === 0 && lossKopecks === 0
  return (
    <section class="shift" aria-label={words.title}>
      <h2>
        {words.title} {shown.sinceMs !== null && <span class="dim">{words.since(time(shown.sinceMs))}</span>}
      </h2>
      <dl>
        {(
          [
            [words.sold, sold, words.cards],
            [words.charged, charged, words.charges],
            [words.returned, returned, words.charges],
          ] as const
        ).map(([name, { cards, sumKopecks }, counted]) => (
          <Line key={name} name={name}>
            {sum(sumKopecks)}
            {cards > 0 && <span class="dim"> · {counted(cards)}</span>}
          </Line>
        ))}
        {unsent > 0 && <Line name={words.unsent}>{unsent}</Line>}
        {inReview > 0 && <Line name={language.words.result.undecided}>{inReview}</Line>}
        {lossKopecks > 0 && <Line name={words.loss}>{sum(lossKopecks)}</Line>}
      </dl>
      {clear && <p class="dim">{words.fine}</p>}
    </section>
  )
}

function Line({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="card-line">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
