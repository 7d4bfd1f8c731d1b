/** The story as it went, to be read when it went wrong. */
export class Trace {
  readonly #lines: string[] = []
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  say(...words: (string | number)[]): void {
    this.#lines.push(`${new Date(this.#nowMs()).toISOString()} ${words.join(' ')}`)
  }

  get length(): number {
    return this.#lines.length
  }

  /** The last lines. */
  end(lines: number): string {
    return this.#lines.slice(-lines).join('\n')
  }
}
