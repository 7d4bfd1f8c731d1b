import { appendFileSync } from 'node:fs'

const traceFile = process.env['PODAROK_TRACE_FILE']

/** The story as it went, to be read when it went wrong. */
export class Trace {
  readonly #lines: string[] = []
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  say(...words: (string | number)[]): void {
    const line = `${new Date(this.#nowMs()).toISOString()} ${words.join(' ')}`
    this.#lines.push(line)
    // As it happens, for a story that comes to no end.
    if (traceFile) appendFileSync(traceFile, `${line}\n`)
  }

  get length(): number {
    return this.#lines.length
  }

  /** The last lines. */
  end(lines: number): string {
    return this.#lines.slice(-lines).join('\n')
  }
}
