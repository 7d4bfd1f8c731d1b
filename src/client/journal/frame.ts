import { isHeld, type Locks } from '../locks.ts'

/**
 * A frame of the till, known to the others by a lock that it holds as long as it lives: what a dead frame has left
 * unseen is nobody's but the cashier's to decide (J4).
 */
export interface Frame {
  readonly name: string
  /** No other frame of any till lived in this browser when this one came. */
  readonly cameAlone: boolean
  /** Those of the names whose frames are gone. A name is known from what its frame has written, so it was held before. */
  gone(names: ReadonlySet<string>): Promise<ReadonlySet<string>>
  leave(): void
}

/** Every frame shares this one. */
const everyFrame = 'podarok-frames'

/**
 * Resolves when the locks are held: from then on the frame may write.
 *
 * Whether others live is tried before this frame is one of them, since it would stand in its own way: the try wants the
 * lock that every frame shares for itself, for one callback, and is refused where any frame holds it or waits for it. A frame
 * that starts meanwhile waits for that long and is never refused, since its request for its share is no try. Of frames that
 * start in one moment one comes alone, and perhaps another that tries before the first has its share: nobody was there
 * before either of them, and that is all that is asked.
 */
export async function enterFrame(locks: Locks, id: string): Promise<Frame> {
  const name = `podarok-frame-${id}`
  const cameAlone = await locks.request(everyFrame, { ifAvailable: true }, (lock) => lock !== null)
  let leave: () => void = () => undefined
  const left = new Promise<void>((done) => (leave = done))
  const hold = (lock: string, mode: LockMode) =>
    new Promise<void>((held, failed) => {
      locks
        .request(lock, { mode }, () => {
          held()
          return left
        })
        .catch(failed)
    })
  await Promise.all([hold(everyFrame, 'shared'), hold(name, 'exclusive')])
  return {
    name,
    cameAlone,
    leave,
    async gone(names) {
      const asked = [...names].map(async (one) => ((await isHeld(locks, one)) ? [] : [one]))
      return new Set((await Promise.all(asked)).flat())
    },
  }
}
