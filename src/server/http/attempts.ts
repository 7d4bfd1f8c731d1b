/** Unknown numbers that one person at one till may try in a while, before a manager has to help (A5). */
export const unknownMax = 20
export const windowMs = 10 * 60_000
const keysMax = 10_000

export interface Attempts {
  /**
   * Counts a try before it is made, so that tries sent all at once are counted as well.
   *
   * @returns false when the key has used up its attempts
   */
  begin(key: string): boolean
  /** The try was a hit: it does not count. */
  forgive(key: string): void
}

/** Counts misses in memory: a restart forgives, which a guesser cannot cause. */
export function createAttempts(clock: () => number): Attempts {
  const misses = new Map<string, number[]>()

  function recent(key: string): number[] {
    const since = clock() - windowMs
    return (misses.get(key) ?? []).filter((at) => at > since)
  }
  return {
    begin(key) {
      const tries = recent(key)
      if (tries.length >= unknownMax) return false
      if (misses.size >= keysMax) {
        for (const known of misses.keys()) if (recent(known).length === 0) misses.delete(known)
      }
      misses.set(key, [...tries, clock()])
      return true
    },
    forgive(key) {
      misses.set(key, (misses.get(key) ?? []).slice(0, -1))
    },
  }
}
