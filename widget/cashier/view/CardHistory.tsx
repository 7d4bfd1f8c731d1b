import { useEffect } from 'preact/hooks'
import { localDate } from '../../../src/core/card/validity.ts'
import type { CardMove, CardView } from '../../../src/core/wire/cards.ts'
import type { CardMoves } from '../model/card-moves.ts'
import type { Language } from '../words/language.ts'
import type { OperationsWords } from '../words/operations-words.ts'
import { kindName } from './kind-name.ts'

interface HistoryProps {
  card: CardView
  language: Language
  words: OperationsWords
  moves: CardMoves
  timeZone: string
}

/** «Где потрачено?»: what was posted on a card, newest first, at a press. */
export function CardHistory({ card, language, words, moves, timeZone }: HistoryProps) {
  const { history } = words
  // Scanned again, the card tells nothing old.
  useEffect(() => () => moves.hide(), [moves])
  const shown = moves.shown.value?.cardId === card.id ? moves.shown.value.moves : null
  return (
    <div class="moves">
      <button
        class="link"
        aria-expanded={shown !== null}
        onClick={() => (shown ? moves.hide() : void moves.ask(card.id))}
      >
        {shown ? history.hide : history.show}
      </button>
      {typeof shown === 'string' && (
        <p class="notice" role="alert">
          {history[shown]}
        </p>
      )}
      {typeof shown === 'object' && shown && (
        <ul>
          {shown.map((move, at) => (
            <Move key={shown.length - at} move={move} {...{ language, words, timeZone }} />
          ))}
        </ul>
      )}
    </div>
  )
}

function Move({
  move,
  language: { sum, date, time, words: common },
  words,
  timeZone,
}: Pick<HistoryProps, 'language' | 'words' | 'timeZone'> & { move: CardMove }) {
  const { kind, postedAtMs, changeKopecks, balanceKopecks, saleName, till } = move
  const where = [saleName && words.saleName(saleName), till !== null && words.till(till)].filter(Boolean)
  return (
    <li>
      <p>
        {kindName(kind, common, words)}{' '}
        {changeKopecks !== 0 && (
          <strong>
            {changeKopecks > 0 && '+'}
            {sum(changeKopecks)}
          </strong>
        )}
        <span class="dim"> · {words.history.left(sum(balanceKopecks))}</span>
      </p>
      <p class="dim">
        {[`${date(localDate(postedAtMs, timeZone))} ${time(postedAtMs)}`, ...where].join(' · ')}
      </p>
    </li>
  )
}
