import type { Fault } from '../model/verdict.ts'
import type { FirstWords } from './first-words.ts'
import { type Code, formats, type Formats } from '../../ui/formats.ts'
import type { Words } from './words.ts'

/** Words and formats of one language. */
export interface Language extends Formats {
  code: Code
  words: Words
  first: FirstWords
  /** A card as a buyer reads it on the plastic; no line breaks inside of it. */
  face: (last4: string) => string
  faces: (cards: readonly { last4: string }[]) => string
  /** Why a sale must not be saved, short enough for MoySklad. */
  fault: (fault: Fault) => string
}

/** A language with its words; the formats depend on the currency, too. */
export type Spoken = Pick<Language, 'code' | 'words' | 'first'>

export function language({ code, words, first }: Spoken, currency: string): Language {
  const written = formats(code, currency)
  return {
    code,
    words,
    first,
    ...written,
    face,
    faces: (cards) => cards.map(({ last4 }) => face(last4)).join(', '),
    fault: (fault) =>
      words.fault('name' in fault ? { ...fault, name: clip(fault.name) } : fault, written.sum),
  }
}

const face = (last4: string) => `••••\u00a0${last4}`

/** A product's name may fill 255 characters; MoySklad shows 100 of a whole sentence. */
function clip(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 39)}…`
}
