import { loadPart as load, type OnCut } from '../ui/load-part.ts'
import type * as engine from './engine.tsx'
import type { LaterParts } from './later-parts.ts'
import type * as en from './words/en.ts'
import type * as ru from './words/ru.ts'

/** What the first script asks for by itself, by the names in manifest/pages.ts. */
interface Parts {
  engine: typeof engine
  ru: typeof ru
  en: typeof en
}

interface LoadPart {
  <P extends keyof Parts>(name: P, onCut: OnCut): Promise<Parts[P]>
  <P extends keyof LaterParts>(
    name: P,
    onCut: OnCut,
    known: () => Promise<LaterParts[P]>,
    engine: string,
  ): Promise<LaterParts[P]>
}

export const loadPart = load as LoadPart
