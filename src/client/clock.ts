/**
 * The till's time (O9): the server's last word on it and what has passed since by a clock that nobody can set. The clock of
 * the computer is not trusted: cashiers set it, its battery dies, and it steps back in the middle of a shift.
 */
export class TillClock {
  readonly #elapsedMs: () => number
  /** What to add to the elapsed time; a guess by the computer's clock until the server or a record has told more. */
  #offsetMs: number
  #known = false
  /** What the server said last, as it said it; 0 before. */
  #heardMs = 0
  /** Time never runs below what was said or read before. */
  #floorMs = 0

  /**
   * @param wallMs the computer's clock, looked at once
   * @param elapsedMs milliseconds since some start, never stepping back
   */
  constructor(wallMs: () => number, elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs
    this.#offsetMs = wallMs() - elapsedMs()
  }

  /** Whole milliseconds since 1970, never less than the last time it was asked. */
  nowMs(): number {
    const nowMs = Math.floor(this.#offsetMs + this.#elapsedMs())
    if (this.#known) this.#floorMs = Math.max(this.#floorMs, nowMs)
    return Math.max(this.#floorMs, nowMs)
  }

  /** The last moment that the server has said, untouched: it is compared with the server's own moments alone (M3). */
  get heardMs(): number {
    return this.#heardMs
  }

  /**
   * Takes the moment of an answer of the server. An answer takes its time to come, so each one says the least that it can
   * be now, and the largest is the best. After a sleep, in which the elapsed time may have stood still, the next one
   * sets it right.
   */
  hear(serverTimeMs: number): void {
    this.#heardMs = serverTimeMs
    const offsetMs = serverTimeMs - this.#elapsedMs()
    this.#offsetMs = this.#known ? Math.max(this.#offsetMs, offsetMs) : offsetMs
    this.#known = true
  }

  /** Takes a moment that this till has written down: the newest record's, or the last one that the server said. */
  notBelow(ms: number): void {
    this.#floorMs = Math.max(this.#floorMs, ms)
  }
}
