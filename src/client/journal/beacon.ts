import * as v from 'valibot'
import { JournalId, TillId } from '../../core/ids.ts'
import { Int, tryShape } from '../../core/shape.ts'

/**
 * The till's head, kept a second time outside the database: a head that is ahead of the journal tells that the journal has
 * lost its tail (F7). Never behind a frame's own last record for long, and never ahead of what was on the disk.
 */
const BeaconHead = v.object({
  tillId: TillId,
  journal: JournalId,
  seq: v.pipe(Int, v.minValue(0)),
  /** The server's on the till: by it the till is known again where its keys are lost (T7). */
  mark: v.nullable(v.string()),
})
export type BeaconHead = v.InferOutput<typeof BeaconHead>

export interface Beacon {
  read(): BeaconHead | null
  /** Moves forward only: of two frames the slower one must not hide what the faster one wrote. */
  write(head: Omit<BeaconHead, 'mark'>): void
  /** What the server has said; it goes with what is written next. */
  know(tillId: TillId, mark: string): void
}

export const beaconKey = (accountId: string) => `podarok-head-${accountId}`

/** The accounts that have a beacon here. */
export function beaconsIn(area: () => object): string[] {
  const prefix = beaconKey('')
  try {
    return Object.keys(area()).flatMap((key) => (key.startsWith(prefix) ? key.slice(prefix.length) : []))
  } catch {
    // Denied: there is none.
    return []
  }
}

/** @param area the page's `localStorage`; a browser that denies it throws, and then there is no beacon */
export function openBeacon(area: () => Pick<Storage, 'getItem' | 'setItem'>, accountId: string): Beacon {
  const key = beaconKey(accountId)
  /** What this frame wrote last, as it stands there: nobody else has moved it on since. */
  let own: string | null = null
  let marked: Pick<BeaconHead, 'tillId' | 'mark'> | null = null
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
        if (known?.journal === head.journal && known.seq >= head.seq) return
        const heard = [marked, parse(text)].find((one) => one?.tillId === head.tillId)
        own = JSON.stringify({ ...head, mark: heard?.mark ?? null })
        area().setItem(key, own)
      } catch {
        // Denied, damaged or full: as above.
      }
    },
    know: (tillId, mark) => (marked = { tillId, mark }),
  }
}
