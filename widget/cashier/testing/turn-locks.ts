/** Web Locks in memory: exclusive ones, each given in its turn. */
export class TurnLocks {
  readonly #tails = new Map<string, Promise<unknown>>()
  readonly #held = new Set<string>()

  request<T>(name: string, ...rest: [Work<T>] | [LockOptions, Work<T>]): Promise<T> {
    const [options, work] = rest.length === 1 ? [{} as LockOptions, rest[0]] : rest
    if (options.ifAvailable && this.#held.has(name)) return Promise.resolve(work(null))
    this.#held.add(name)
    const turn = Promise.resolve(this.#tails.get(name)).then(() => work({ name, mode: 'exclusive' }))
    const tail = turn.then(
      () => undefined,
      () => undefined,
    )
    this.#tails.set(name, tail)
    void tail.then(() => {
      if (this.#tails.get(name) === tail) this.#held.delete(name)
    })
    return turn
  }
}

type Work<T> = (lock: Lock | null) => T | Promise<T>
