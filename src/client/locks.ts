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
  async function request<T>(name: string, ...rest: Rest<T>): Promise<T> {
    const [options, work] = rest.length === 1 ? [{}, rest[0]] : rest
    if (!(await denied)) return real.request(name, options, work)
    const turn: Promise<T> = Promise.resolve(tails.get(name)).then(() => {
      options.signal?.throwIfAborted()
      return work(null)
    })
    tails.set(
      name,
      turn.catch(() => undefined),
    )
    return turn
  }
  return { request, query: async () => ((await denied) ? {} : real.query()) }
}

type Rest<T> = [LockGrantedCallback<T>] | [LockOptions, LockGrantedCallback<T>]
