/**
 * A frame of the till, known to the others by a lock that it holds as long as it lives: what a dead frame has left
 * unseen is nobody's but the cashier's to decide (J4).
 */
export interface Frame {
  readonly name: string
  /** Names of the frames that live now, this one included. */
  live(): Promise<ReadonlySet<string>>
  leave(): void
}

const prefix = 'podarok-frame-'

/** Resolves when the lock is held: from then on the frame may write. */
export async function enterFrame(locks: Pick<LockManager, 'request' | 'query'>, id: string): Promise<Frame> {
  const name = prefix + id
  let leave: () => void = () => undefined
  const gone = new Promise<void>((done) => (leave = done))
  await new Promise<void>((held, failed) => {
    locks
      .request(name, () => {
        held()
        return gone
      })
      .catch(failed)
  })
  return {
    name,
    leave,
    async live() {
      const { held } = await locks.query()
      return new Set((held ?? []).flatMap((lock) => (lock.name?.startsWith(prefix) ? [lock.name] : [])))
    },
  }
}
