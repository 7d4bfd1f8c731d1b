import type { ComponentChildren } from 'preact'
import type { CardView } from '../../../src/core/wire/cards.ts'
import type { CardDesk } from '../model/card-desk.ts'
import type { Language } from '../words/language.ts'
import { RemoveButton } from './RemoveButton.tsx'

interface SeenProps {
  card: CardView
  language: Language
  why: ReturnType<CardDesk['whyNotIn']>
  onRemove: () => void
  history: ComponentChildren
}

/** A card that was scanned and takes no part in the sale: what it has, and that nothing happens to it. */
export function SeenCard({ card, language, why, onRemove, history }: SeenProps) {
  const { words, sum, date } = language
  const live = card.state === 'active'
  const unsold = card.state === 'unsold'
  return (
    <article class="card">
      <div class="card-line">
        <strong>{words.card.face(card.last4)}</strong>
        <span class={`state ${live ? 'good' : unsold ? '' : 'bad'}`}>{words.card.state[card.state]}</span>
        <RemoveButton last4={card.last4} words={words} onRemove={onRemove} />
      </div>
      {!unsold && (
        <p class="balance">
          {words.card.balance} <strong>{sum(card.balanceKopecks)}</strong>
          <span class="dim">
            {' · '}
            {card.expiresOn ? words.card.until(date(card.expiresOn)) : words.card.noExpiry}
            {card.availableKopecks < card.balanceKopecks &&
              ` · ${words.card.available(sum(card.availableKopecks))}`}
            {card.heldBy && ` · ${words.card.heldBy(card.heldBy)}`}
          </span>
        </p>
      )}
      <p class="seen" role="status">
        {why === 'save_first' ? words.saveFirst : words.card.why[why]}
      </p>
      {history}
    </article>
  )
}
