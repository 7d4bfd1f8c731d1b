import type { VNode } from 'preact'
import type { CardView } from '../../../src/core/wire/cards.ts'
import type { Checkout } from '../model/checkout.ts'
import type { Result } from '../model/result.ts'
import type { Language } from '../words/language.ts'

export interface ScreenProps {
  checkout: Checkout
  language: Language
}

/** What a sale can do without: a file of its own with its words draws it. */
export interface LaterViews {
  /** The screen of the till's last operations. */
  Operations: (props: ScreenProps) => VNode
  /** The way to undo a result; nothing for one that cannot be undone. */
  Undo: (props: { result: Result; language: Language }) => VNode | null
  /** What was posted on a card that was scanned, told at a press. */
  CardHistory: (props: { card: CardView; language: Language }) => VNode
}
