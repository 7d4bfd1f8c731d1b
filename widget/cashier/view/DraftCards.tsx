import { useEffect, useRef } from 'preact/hooks'
import { certificateOf, type Programme } from '../../../src/core/card/programme.ts'
import type { Draft } from '../../../src/core/draft/draft.ts'
import type { CardId } from '../../../src/core/ids.ts'
import type { Kopecks } from '../../../src/core/money.ts'
import type { Language } from '../words/language.ts'
import { fieldSum, parseSum } from '../../ui/sum-field.ts'
import { RemoveButton } from './RemoveButton.tsx'

interface DraftCardsProps {
  draft: Draft
  programme: Programme
  /** What a card without a hold is known by. */
  bookAtMs: number | null
  language: Language
  onAmount: (cardId: CardId, kopecks: Kopecks) => void
  onRemove: (cardId: CardId) => void
}

/** The cards of the sale: those that are sold, then those that pay. */
export function DraftCards({ draft, programme, bookAtMs, language, ...on }: DraftCardsProps) {
  const { words, sum } = language
  const list = useRef<HTMLElement>(null)
  const newest = [...draft.loads, ...draft.redeems].map(({ cardId }) => cardId).join()
  // The card that has just been scanned is the one that the cashier looks for.
  useEffect(() => list.current?.lastElementChild?.scrollIntoView({ block: 'nearest' }), [newest])
  return (
    <section class="cards" ref={list}>
      {draft.loads.map((load) => (
        <article class="card" key={load.cardId}>
          <div class="card-line">
            <strong>{words.card.face(load.last4)}</strong>
            <span class="state">{words.card.toBeSold}</span>
            <RemoveButton last4={load.last4} words={words} onRemove={() => on.onRemove(load.cardId)} />
          </div>
          <p class="dim">{words.card.forCertificate(certificateOf(programme, load.productId)?.name ?? '')}</p>
        </article>
      ))}
      {draft.redeems.map((one) => (
        <article class="card" key={one.cardId}>
          <div class="card-line">
            <strong>{words.card.face(one.last4)}</strong>
            <span class="state good">{words.card.state.active}</span>
            <RemoveButton last4={one.last4} words={words} onRemove={() => on.onRemove(one.cardId)} />
          </div>
          <div class="card-line">
            <span class="dim">
              {words.card.balance} {sum(one.availableKopecks)}
              {' · '}
              {one.expiresOn ? words.card.until(language.date(one.expiresOn)) : words.card.noExpiry}
              {one.entered === 'typed' && ` · ${words.card.typed}`}
              {one.holdId === null &&
                bookAtMs !== null &&
                ` · ${words.card.fromBook(language.time(bookAtMs))}`}
            </span>
            <SumField
              key={one.amountKopecks}
              label={`${words.card.amount} ${words.card.face(one.last4)}`}
              kopecks={one.amountKopecks}
              language={language}
              onChange={(kopecks) => on.onAmount(one.cardId, kopecks)}
            />
          </div>
        </article>
      ))}
      {draft.links.length > 0 && (
        <p class="prepared">
          <b aria-hidden="true">✓</b> {words.result.linked}
        </p>
      )}
    </section>
  )
}

interface SumFieldProps {
  label: string
  kopecks: number
  language: Language
  onChange: (kopecks: Kopecks) => void
}

function SumField({ label, kopecks, language, onChange }: SumFieldProps) {
  const written = fieldSum(kopecks, language.code === 'ru' ? ',' : '.')
  return (
    <input
      class="sum"
      inputMode="decimal"
      aria-label={label}
      defaultValue={written}
      onChange={(event) => {
        const field = event.currentTarget
        const next = parseSum(field.value)
        // What is no sum, or more than may be paid, changes nothing: the field shows again what is prepared.
        field.value = written
        if (next !== null && next > 0) onChange(next as Kopecks)
      }}
    />
  )
}
