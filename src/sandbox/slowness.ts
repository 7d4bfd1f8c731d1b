/** What a request takes at least on the line of an ordinary shop; on loopback it takes next to nothing. */
const usualMs = 50

/** How long an answer is held back so that its request takes so many times as long as usual. */
export function heldBackMs(slowness: number, tookMs: number): number {
  return slowness <= 1 ? 0 : slowness * Math.max(usualMs, tookMs) - tookMs
}
