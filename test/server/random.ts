/**
 * Where a random test begins; `PODAROK_SEED` repeats a run. What every run plays is the same every time, so that it fails
 * for what was changed; the long forms look for what nobody has seen.
 */
export function firstSeed(isLongForm: boolean): number {
  const said = process.env['PODAROK_SEED']
  if (said === undefined) return isLongForm ? Date.now() % 1_000_000_000 : 1
  const seed = Number(said)
  if (!Number.isInteger(seed)) throw new Error(`PODAROK_SEED=${said}: a whole number`)
  return seed
}
