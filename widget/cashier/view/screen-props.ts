import type { VNode } from 'preact'
import type { Checkout } from '../model/checkout.ts'
import type { Language } from '../words/language.ts'

export interface ScreenProps {
  checkout: Checkout
  language: Language
}

/** A screen in a file of its own, with its words. */
export type LaterScreen = (props: ScreenProps) => VNode
