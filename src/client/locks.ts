/**
 * Web Locks, also where a browser that denies storage denies them, too: such a page shares nothing with any other, so
 * turns of its own do the same (J13).
 */
export function locksOf(real: LockManager): LockManager {
  const tails = new Map<string, Promise<unknown>>()
  const denied = real.query().then(
    () => false,
    () => true,
  )
  return {
    async request<T>(name: string, work: LockGrantedCallback<T>) {
      if (!(await denied)) return real.request(name, work)
      const turn = Promise.resolve(tails.get(name)).then(() => work(null))
      tails.set(
        name,
        turn.catch(() => undefined),
      )
      return turn
    },
    query: async () => ((await denied) ? {} : real.query()),
  } as LockManager
}
