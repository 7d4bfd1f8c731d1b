import type { ComponentChildren } from 'preact'
import type { Language } from '../words/language.ts'

interface CardProps {
  last4: string
  state: string
  tone?: 'good' | 'bad' | ''
  language: Language
  onRemove: () => void
  children: ComponentChildren
}

/** A card on the desk, and the way to take it off. */
export function CardBox({ last4, state, tone, language: { words, face }, onRemove, children }: CardProps) {
  return (
    <article class="card">
      <div class="card-line">
        <h2>{face(last4)}</h2>
        <span class={`state ${tone}`}>{state}</span>
        <button class="link" aria-label={`${words.card.remove} ${face(last4)}`} onClick={onRemove}>
          {words.card.remove}
        </button>
      </div>
      {children}
    </article>
  )
}
