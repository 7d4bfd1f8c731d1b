import { underWay } from '../model/readiness.ts'
import type { ScreenProps } from './screen-props.ts'
import type { OperationsWords } from '../words/operations-words.ts'

/** Whether this till would survive an outage now, in one word, and why not (O8). */
export function Readiness({ checkout, language, words }: ScreenProps & { words: OperationsWords['ready'] }) {
  const { sum, time } = language
  const { why, progress, leftKopecks, untilMs, cards, asOfMs } = checkout.readiness.value
  const reason =
    why === 'book_loading' && progress !== null
      ? words.loading(Math.floor(progress * 100))
      : why && words.why[why]
  return (
    <section class="ready" aria-label={words.title}>
      <p>
        <i class={`dot ${why === null ? 'yes' : ''}`} aria-hidden="true" /> {words.title}:{' '}
        <strong>{words[why === null ? 'yes' : underWay.has(why) ? 'checking' : 'no']}</strong>
        {reason && `, ${reason}`}
      </p>
      {leftKopecks !== null && untilMs !== null && (
        <p class="dim">
          {words.limit(sum(leftKopecks), time(untilMs))}
          {asOfMs !== null && ` · ${words.book(cards, time(asOfMs))}`}
        </p>
      )}
    </section>
  )
}
