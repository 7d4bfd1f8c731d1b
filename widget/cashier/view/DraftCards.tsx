import { certificateOf, type Programme } from '../../../src/core/card/programme.ts'
import type { Draft } from '../../../src/core/draft/draft.ts'
import type { CardId } from '../../../src/core/ids.ts'
import type { Kopecks } from '../../../src/core/money.ts'
import type { Language } from '../words/language.ts'
import { fieldSum, parseSum } from '../../ui/sum-field.ts'
import { CardBox } from './CardBox.tsx'

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
  const { words, sum, face } = language
  return (
    <section class="cards">
      {draft.loads.map(({ cardId, last4, productId }) => (
        <CardBox
          key={cardId}
          last4={last4}
          state={words.card.toBeSold}
          language={language}
          onRemove={() => on.onRemove(cardId)}
        >
          <p class="dim">{words.card.forCertificate(certificateOf(programme, productId)?.name ?? '')}</p>
        </CardBox>
      ))}
      {draft.redeems.map(({ cardId, last4, ...one }) => (
        <CardBox
          key={cardId}
          last4={last4}
          state={words.card.state.active}
          tone="good"
          language={language}
          onRemove={() => on.onRemove(cardId)}
        >
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
              label={`${words.card.amount} ${face(last4)}`}
              kopecks={one.amountKopecks}
              language={language}
              onChange={(kopecks) => on.onAmount(cardId, kopecks)}
            />
          </div>
        </CardBox>
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
  const written = fieldSum(language.sum(kopecks))
  return (
    <input
      class="sum"
      inputMode="decimal"
      aria-label={label}
      defaultValue={written}
      onChange={(event) => {
        const field = event.currentTarget
        const next = parseSum(field.value, language.code)
        // What is no sum, or more than may be paid, changes nothing: the field shows again what is prepared.
        field.value = written
        if (next !== null && next > 0) onChange(next as Kopecks)
      }}
    />
  )
}
