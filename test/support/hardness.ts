/** How hard the tests in the sandbox are made; every one of them has to pass with each. CONTRIBUTING.md says what for. */
export interface Hardness {
  /** How many times slower than usual the line and MoySklad answer: `PODAROK_SLOW_LINE`. */
  slowLine: number
  /** How many times slower Chromium computes: `PODAROK_SLOW_PROCESSOR`. */
  slowProcessor: number
  /** How far the clock of MoySklad's documents is ahead of ours: `PODAROK_MOYSKLAD_AHEAD`, in seconds. */
  moyskladAheadMs: number
}

export function hardness(said = process.env): Hardness {
  const number = (name: string, usual: number, least: number) => {
    const text = said[name] ?? ''
    const value = text === '' ? usual : Number(text)
    if (!(value >= least)) throw new Error(`${name}=${text}: a number, ${least} or more`)
    return value
  }
  return {
    slowLine: number('PODAROK_SLOW_LINE', 1, 1),
    slowProcessor: number('PODAROK_SLOW_PROCESSOR', 1, 1),
    moyskladAheadMs: number('PODAROK_MOYSKLAD_AHEAD', 0, -3_600) * 1_000,
  }
}

/** How long something may take that never takes long: only what hangs reaches such a limit. */
export const hangMs = (usualMs: number, { slowProcessor } = hardness()): number => usualMs * slowProcessor
