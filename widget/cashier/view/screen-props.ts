import type { Checkout } from '../model/checkout.ts'
import type { Language } from '../words/language.ts'

export interface ScreenProps {
  checkout: Checkout
  language: Language
}
