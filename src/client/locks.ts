/**
 * What the app asks of Web Locks (J11). Nobody lists who holds them: Firefox refuses `query` in a partitioned frame, where
 * `request` works (its default, seen in 153), so whoever has to know whether a lock is held tries it (`isHeld`).
 */
export type Locks = Pick<LockManager, 'request'>

/**
 * Web Locks, also where the browser has none for this page (J13). Work of one page goes in turns all the same. Other pages
 * may share the storage even so, old versions of Firefox are like that, and nothing tells of them: a try says that the lock
 * is held, so that everybody counts as alive.
 */
export function locksOf(real: Locks): Locks {
  const tails = new Map<string, Promise<unknown>>()
  const missing = areMissing(real)
  async function request<T>(name: string, ...rest: Rest<T>): Promise<T> {
    const [options, work] = rest.length === 1 ? [{}, rest[0]] : rest
    if (!(await missing)) return real.request(name, options, work)
    if (options.ifAvailable) return work(null)
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
  return { request }
}

/** Decided by a request, as they are used; one that may be refused never waits. */
async function areMissing(real: Locks): Promise<boolean> {
  try {
    await real.request('podarok-trial', { mode: 'shared', ifAvailable: true }, () => undefined)
    return false
  } catch {
    // Denied with the storage, or not there at all.
    return true
  }
}

/**
 * Whether somebody holds an exclusive lock or waits for it. The try disturbs nobody:
 *
 * - It is shared, so that two who try at once do not take each other for the holder.
 * - It never waits, so that no later request queues up behind it.
 * - Where it is granted it lasts for one callback. Who asks for the lock meanwhile waits for that long, which is why only a
 *   try may be refused, never the request of somebody who wants it.
 * - Who waits for the lock refuses the try, so a frame counts as the holder from its request on. It makes that before it
 *   writes the lock's name where others read it; nobody tries a name that is yet to be taken.
 */
export function isHeld(locks: Locks, name: string): Promise<boolean> {
  return locks.request(name, { mode: 'shared', ifAvailable: true }, (lock) => lock === null)
}

type Rest<T> = [LockGrantedCallback<T>] | [LockOptions, LockGrantedCallback<T>]
