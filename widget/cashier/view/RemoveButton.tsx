import type { Words } from '../words/words.ts'

interface RemoveProps {
  last4: string
  words: Words
  onRemove: () => void
}

export function RemoveButton({ last4, words, onRemove }: RemoveProps) {
  return (
    <button
      type="button"
      class="link remove"
      aria-label={`${words.card.remove} ${words.card.face(last4)}`}
      onClick={onRemove}
    >
      {words.card.remove}
    </button>
  )
}
