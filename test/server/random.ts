/** Where the seed is that vitest.config.ts draws: each of several processes would draw its own, and play its neighbour's. */
export const drawnSeed = 'PODAROK_DRAWN_SEED'

/**
 * Where a random test begins; `PODAROK_SEED` repeats a run. What every run plays is the same every time, so that it fails
 * for what was changed; the long forms look for what nobody has seen.
 */
export function firstSeed(isLongForm: boolean): number {
  const said = process.env['PODAROK_SEED']
  if (said === undefined) return isLongForm ? Number(process.env[drawnSeed]) : 1
  const seed = Number(said)
  if (!Number.isInteger(seed)) throw new Error(`PODAROK_SEED=${said}: a whole number`)
  return seed
}
