/** A clock that never runs back within this process: posting moments keep the order of postings (L7). */
export function steadyClock(clock: () => number): () => number {
  let last = 0
  return () => (last = Math.max(last, clock()))
}
