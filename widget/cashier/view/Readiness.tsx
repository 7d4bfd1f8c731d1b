import type { ScreenProps } from './screen-props.ts'

/** Whether this till would survive an outage now, in one word, and why not (O8). */
export function Readiness({ checkout, language }: ScreenProps) {
  const { words, sum, time } = language
  const { why, progress, leftKopecks, untilMs, cards, asOfMs } = checkout.readiness.value
  const reason =
    why === 'book_loading' && progress !== null
      ? words.ready.loading(Math.floor(progress * 100))
      : why && words.ready.why[why]
  return (
    <section class="ready" aria-label={words.ready.title}>
      <p>
        <i class={`dot ${why === null ? 'yes' : ''}`} aria-hidden="true" /> {words.ready.title}:{' '}
        <strong>{why === null ? words.ready.yes : words.ready.no}</strong>
        {reason && `, ${reason}`}
      </p>
      {leftKopecks !== null && untilMs !== null && (
        <p class="dim">
          {words.ready.limit(sum(leftKopecks), time(untilMs))}
          {asOfMs !== null && ` · ${words.ready.book(cards, time(asOfMs))}`}
        </p>
      )}
    </section>
  )
}
