/** Unknown numbers that one person at one till may try in a while, before a manager has to help (A5). */
export const unknownMax = 20
export const windowMs = 10 * 60_000
const keysMax = 10_000

export interface Attempts {
  /** Whether this key has used up its attempts. */
  spent(key: string): boolean
  /** Counts a miss. */
  miss(key: string): void
}

/** Counts misses in memory: a restart forgives, which a guesser cannot cause. */
export function createAttempts(clock: () => number): Attempts {
  const misses = new Map<string, number[]>()

  function recent(key: string): number[] {
    const since = clock() - windowMs
    return (misses.get(key) ?? []).filter((at) => at > since)
  }
  return {
    spent: (key) => recent(key).length >= unknownMax,
    miss(key) {
      if (misses.size >= keysMax) {
        for (const known of misses.keys()) if (recent(known).length === 0) misses.delete(known)
      }
      misses.set(key, [...recent(key), clock()])
    },
  }
}
