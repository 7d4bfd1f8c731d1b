import * as v from 'valibot'
import { Moment } from '../../core/ids.ts'
import { strictly, type TillStorage } from '../journal/storage.ts'
import { tryShape } from '../../core/shape.ts'

/**
 * Proves that this storage lasts (O8). A browser that keeps a frame's storage only while it runs says nothing about it; so
 * a mark is written, and believed only when it is still there after all pages of the till were closed for a while. Some
 * browsers keep storage for half a minute after the last page, therefore the while is longer.
 */
const CanaryFact = v.object({
  bornAtMs: Moment,
  /** The last moment at which a page of the till is known to have lived. */
  seenAtMs: Moment,
  lived: v.boolean(),
})

export const closedForMs = 3 * 60_000
/** How often a living page says so. */
export const beatMs = 60_000

/**
 * Looks at the mark, or makes it.
 *
 * @param cameAloneAtMs when this page came, if no page of a till lived then: what has passed since proves nothing
 * @returns whether the storage has outlived a closed browser
 */
export async function lookAtCanary(
  storage: TillStorage,
  nowMs: number,
  cameAloneAtMs: number | null,
): Promise<boolean> {
  return strictly(storage, ['facts'], async (tx) => {
    const parsed = tryShape(CanaryFact, (await tx.objectStore('facts').get('canary'))?.value)
    const known = parsed.success ? parsed.data : { bornAtMs: nowMs, seenAtMs: nowMs, lived: false }
    const lived = known.lived || (cameAloneAtMs !== null && cameAloneAtMs - known.seenAtMs >= closedForMs)
    await tx.objectStore('facts').put({ key: 'canary', value: { ...known, seenAtMs: nowMs, lived } })
    return lived
  })
}
