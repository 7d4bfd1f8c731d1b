import type { Fault } from '../model/verdict.ts'
import type { FirstWords } from './first-words.ts'
import { type Code, formats, type Formats } from '../../ui/formats.ts'
import type { Words } from './words.ts'

/** Words and formats of one language. */
export interface Language extends Formats {
  code: Code
  words: Words
  first: FirstWords
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
    fault: (fault) =>
      words.fault('name' in fault ? { ...fault, name: clip(fault.name) } : fault, written.sum),
  }
}

/** A product's name may fill 255 characters; MoySklad shows 100 of a whole sentence. */
function clip(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 39)}…`
}
