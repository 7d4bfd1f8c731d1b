import type { ComponentChildren } from 'preact'
import type { ScreenProps } from './screen-props.ts'

/** «Итоги смены»: what this till did today, and what has to be cleared up. */
export function ShiftSummary({ checkout, language }: ScreenProps) {
  const { words, sum, time } = language
  const shift = checkout.shift.shown.value
  if (!shift) return null
  const { sold, charged, returned, unsent, inReview, lossKopecks } = shift.sums
  const clear = unsent === 0 && inReview === 0 && lossKopecks === 0
  return (
    <section class="shift" aria-label={words.shift.title}>
      <h2>
        {words.shift.title} <span class="dim">{words.shift.since(time(shift.sinceMs))}</span>
      </h2>
      <dl>
        {(
          [
            [words.shift.sold, sold],
            [words.shift.charged, charged],
            [words.shift.returned, returned],
          ] as const
        ).map(([name, { cards, sumKopecks }]) => (
          <Line key={name} name={name}>
            {sum(sumKopecks)}
            {cards > 0 && <span class="dim"> · {words.shift.cards(cards)}</span>}
          </Line>
        ))}
        {unsent > 0 && <Line name={words.shift.unsent}>{unsent}</Line>}
        {inReview > 0 && <Line name={words.shift.inReview}>{inReview}</Line>}
        {lossKopecks > 0 && <Line name={words.shift.loss}>{sum(lossKopecks)}</Line>}
      </dl>
      {clear && <p class="dim">{words.shift.fine}</p>}
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
