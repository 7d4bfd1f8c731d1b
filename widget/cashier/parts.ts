import type * as en from './words/en.ts'
import type * as ru from './words/ru.ts'
import type * as engine from './engine.tsx'

/** The parts of the app that follow the first screen. The build makes a file of each, see vite.config.ts. */
export interface Parts {
  engine: typeof engine
  ru: typeof ru
  en: typeof en
}

const pauseMinMs = 1_000
const pauseMaxMs = 15_000

/**
 * Loads a part, again and again until it is there: a line that is cut in this moment must not leave the till half made.
 *
 * @param onCut called after every try that failed
 */
export async function loadPart<P extends keyof Parts>(
  name: P,
  onCut: (error: unknown) => void,
): Promise<Parts[P]> {
  const { href } = document.querySelector<HTMLLinkElement>(`link[data-part=${name}]`)!
  for (let attempt = 0; ; attempt++) {
    // A browser may remember for the life of a page that an address failed, so each try has one of its own.
    const address = attempt === 0 ? href : `${href}?again=${attempt}`
    try {
      return (await import(/* @vite-ignore */ address)) as Parts[P]
    } catch (error) {
      onCut(error)
      const ms = Math.min(pauseMaxMs, pauseMinMs * 2 ** attempt)
      await new Promise((done) => setTimeout(done, ms))
    }
  }
}
