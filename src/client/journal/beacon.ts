import * as z from 'zod/mini'
import { TillId } from '../../core/ids.ts'

/**
 * The till's head, kept a second time outside the database: a head that is ahead of the journal tells that the journal has
 * lost its tail (F7). Never behind a frame's own last record for long, and never ahead of what was on the disk.
 */
export const BeaconHead = z.object({
  tillId: TillId,
  epoch: z.int().check(z.minimum(1)),
  seq: z.int().check(z.minimum(0)),
})
export type BeaconHead = z.infer<typeof BeaconHead>

export interface Beacon {
  read(): BeaconHead | null
  /** Moves forward only: of two frames the slower one must not hide what the faster one wrote. */
  write(head: BeaconHead): void
}

export const beaconKey = (accountId: string) => `podarok-head-${accountId}`

/** @param area the page's `localStorage`; a browser that denies it throws, and then there is no beacon */
export function openBeacon(area: () => Pick<Storage, 'getItem' | 'setItem'>, accountId: string): Beacon {
  const key = beaconKey(accountId)
  const read = () => {
    try {
      const parsed = z.safeParse(BeaconHead, JSON.parse(area().getItem(key) ?? 'null'))
      return parsed.success ? parsed.data : null
    } catch {
      // Denied or damaged: the beacon is a second look, and without it the first one counts.
      return null
    }
  }
  return {
    read,
    write(head) {
      const known = read()
      const older = known?.tillId === head.tillId && (known.epoch - head.epoch || known.seq - head.seq) >= 0
      if (older) return
      try {
        area().setItem(key, JSON.stringify(head))
      } catch {
        // Denied or full: as above.
      }
    },
  }
}
