import type { ComponentChildren } from 'preact'
import type { CardView } from '../../../src/core/wire/cards.ts'
import type { CardDesk } from '../model/card-desk.ts'
import type { Language } from '../words/language.ts'
import { CardBox } from './CardBox.tsx'

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
  const { last4, state, balanceKopecks, availableKopecks, expiresOn, heldBy } = card
  const unsold = state === 'unsold'
  return (
    <CardBox
      last4={last4}
      state={words.card.state[state]}
      tone={state === 'active' ? 'good' : unsold ? '' : 'bad'}
      language={language}
      onRemove={onRemove}
    >
      {!unsold && (
        <p class="balance">
          {words.card.balance} <strong>{sum(balanceKopecks)}</strong>
          <span class="dim">
            {' · '}
            {expiresOn ? words.card.until(date(expiresOn)) : words.card.noExpiry}
            {availableKopecks < balanceKopecks && ` · ${words.card.available(sum(availableKopecks))}`}
            {heldBy && ` · ${words.card.heldBy(heldBy)}`}
          </span>
        </p>
      )}
      <p class="seen" role="status">
        {why === 'save_first' ? words.saveFirst : words.card.why[why]}
      </p>
      {history}
    </CardBox>
  )
}
