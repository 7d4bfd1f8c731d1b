/** Lets a few pieces of work run at once; the others wait in the order of their coming. */
export class Gate {
  readonly #atMost: number
  #inside = 0
  readonly #waiting = new Set<() => void>()

  constructor(atMost: number) {
    this.#atMost = atMost
  }

  /** @param signal ends the waiting, and not the work. @throws its reason */
  async through<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(signal)
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#inside < this.#atMost) {
      this.#inside++
      return
    }
    await new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        this.#waiting.delete(enter)
        reject(signal.reason as Error)
      }
      this.#waiting.add(enter)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  /** The place goes to whoever has waited longest; nobody who comes in this moment can take it. */
  #leave(): void {
    const [next] = this.#waiting
    if (!next) return void this.#inside--
    this.#waiting.delete(next)
    next()
  }
}
