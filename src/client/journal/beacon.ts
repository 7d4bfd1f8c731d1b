import * as v from 'valibot'
import { TillId } from '../../core/ids.ts'
import { tryShape } from '../../core/shape.ts'

/**
 * The till's head, kept a second time outside the database: a head that is ahead of the journal tells that the journal has
 * lost its tail (F7). Never behind a frame's own last record for long, and never ahead of what was on the disk.
 */
const BeaconHead = v.object({
  tillId: TillId,
  epoch: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})
type BeaconHead = v.InferOutput<typeof BeaconHead>

export interface Beacon {
  read(): BeaconHead | null
  /** Moves forward only: of two frames the slower one must not hide what the faster one wrote. */
  write(head: BeaconHead): void
}

export const beaconKey = (accountId: string) => `podarok-head-${accountId}`

/** @param area the page's `localStorage`; a browser that denies it throws, and then there is no beacon */
export function openBeacon(area: () => Pick<Storage, 'getItem' | 'setItem'>, accountId: string): Beacon {
  const key = beaconKey(accountId)
  /** What this frame wrote last, as it stands there: nobody else has moved it on since. */
  let own: string | null = null
  const parse = (text: string | null) => {
    const parsed = tryShape(BeaconHead, JSON.parse(text ?? 'null'))
    return parsed.success ? parsed.data : null
  }
  return {
    read() {
      try {
        return parse(area().getItem(key))
      } catch {
        // Denied or damaged: the beacon is a second look, and without it the first one counts.
        return null
      }
    },
    write(head) {
      try {
        const text = area().getItem(key)
        const known = text === own ? null : parse(text)
        const newer = known?.tillId === head.tillId && (known.epoch - head.epoch || known.seq - head.seq) >= 0
        if (newer) return
        own = JSON.stringify(head)
        area().setItem(key, own)
      } catch {
        // Denied, damaged or full: as above.
      }
    },
  }
}
