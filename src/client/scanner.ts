/**
 * A barcode scanner is a keyboard that types very fast and ends with Enter (U3). This tells its bursts from a person's
 * typing and keeps its Enter from pressing anything.
 */

/** Keys of one burst follow each other faster than any person types. */
export const burstGapMs = 50
/** Shorter bursts are keys that a hand hit together. */
const burstLengthMin = 6
/** Enter within this time after a burst belongs to the scanner. */
export const enterGuardMs = 500
/**
 * Silence that ends the burst of a scanner without Enter. Much longer than the gap: a busy computer delivers keys late,
 * though their own time stamps are close, and a number that was cut in two is read as nonsense.
 */
export const burstSilenceMs = 300
/** Longer input is no number: it is cut off so that a stuck key cannot fill the memory. */
const burstLengthMax = 128

export interface Key {
  /** `KeyboardEvent.code`: the physical key, the same in a Russian layout. */
  code: string
  /** `KeyboardEvent.key`, for signs whose place differs between keyboards. */
  key: string
  timeMs: number
}

export type ScannerReaction =
  /** Not the scanner's business. */
  | { kind: 'ignored' }
  /** Part of a burst or its Enter: the page must not see it. */
  | { kind: 'swallowed' }
  | { kind: 'scanned'; text: string }

export class Scanner {
  #text = ''
  #lastMs = -Infinity
  #burst = false
  #guardUntilMs = -Infinity

  /** Takes every `keydown` of the page. */
  key(key: Key): ScannerReaction {
    if (key.code === 'Enter' || key.code === 'NumpadEnter' || key.code === 'Tab') return this.#end(key)
    const sign = signOf(key)
    if (sign === null) return { kind: 'ignored' }
    const fast = key.timeMs - this.#lastMs <= burstGapMs
    if (this.#burst && !fast) return this.#next(key, sign)
    this.#text = fast && this.#text.length < burstLengthMax ? this.#text + sign : sign
    this.#burst = this.#text.length >= burstLengthMin
    this.#lastMs = key.timeMs
    return this.#burst ? { kind: 'swallowed' } : { kind: 'ignored' }
  }

  /** Some scanners send no Enter: call this when no key came for a while after a burst. */
  pause(nowMs: number): ScannerReaction {
    if (!this.#burst || nowMs - this.#lastMs <= burstGapMs) return { kind: 'ignored' }
    return this.#take(nowMs)
  }

  get inBurst(): boolean {
    return this.#burst
  }

  /** How many signs the possible burst has so far. */
  get length(): number {
    return this.#text.length
  }

  /** A key after a burst that nobody has ended: the burst was a whole number, and the key begins another text. */
  #next(key: Key, sign: string): ScannerReaction {
    const reaction = this.#take(this.#lastMs)
    this.#text = sign
    this.#lastMs = key.timeMs
    return reaction
  }

  #end(key: Key): ScannerReaction {
    if (this.#burst && key.timeMs - this.#lastMs <= enterGuardMs) return this.#take(key.timeMs)
    this.#text = ''
    this.#burst = false
    // The Enter of a scanner that sends two of them, or sends it late.
    return key.code !== 'Tab' && key.timeMs <= this.#guardUntilMs
      ? { kind: 'swallowed' }
      : { kind: 'ignored' }
  }

  #take(nowMs: number): ScannerReaction {
    const text = this.#text
    this.#text = ''
    this.#burst = false
    this.#guardUntilMs = nowMs + enterGuardMs
    return { kind: 'scanned', text }
  }
}

const signs: Record<string, string> = { Semicolon: ';', Equal: '=', Slash: '/', Minus: '-' }

/** The sign that a key would give in a Latin layout; null for keys that give none. */
function signOf({ code, key }: Key): string | null {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)
  // Shift + Digit5 is «%», which opens track 1 of a magnetic stripe.
  if (digit) return key === '%' ? '%' : digit[1]!
  const letter = /^Key([A-Z])$/.exec(code)
  if (letter) return letter[1]!
  if (key === '?') return '?'
  if (signs[code]) return signs[code]
  // Some virtual keyboards and remote desktops send no code.
  return code === '' && /^[0-9A-Za-z;=?%-]$/.test(key) ? key : null
}
