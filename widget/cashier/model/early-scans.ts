import type { Entered } from '../../../src/core/card/proof.ts'

export interface Scan {
  text: string
  entered: Entered
}

/** Scans that were made before there was a till and a document to look them up for: answered or refused later, never lost. */
export class EarlyScans {
  #scans: Scan[] = []

  get waiting(): boolean {
    return this.#scans.length > 0
  }

  keep(scan: Scan): void {
    this.#scans.push(scan)
  }

  /** Those that are kept, which are so no longer. */
  take(): Scan[] {
    return this.#scans.splice(0)
  }
}
