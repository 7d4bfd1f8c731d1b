import type { SaleDocument } from '../../core/draft/draft.ts'
import type { DocumentId } from '../../core/ids.ts'
import type { Deps } from '../deps.ts'
import { errorFacts } from '../log.ts'

export type SaleRead =
  | { kind: 'found'; document: SaleDocument }
  /** MoySklad does not have it. */
  | { kind: 'gone' }
  /** MoySklad could not be asked. */
  | { kind: 'unknown' }

export interface SaleReader {
  /** Never throws; an answer of the last second is good enough. */
  recent(id: DocumentId): Promise<SaleRead>
  /** Asks now: for decisions that hang on a sale having just changed. */
  now(id: DocumentId): Promise<SaleRead>
}

const freshMs = 1_000
const rememberedMax = 200

export function createSaleReader({ moysklad, clock, log }: Deps): SaleReader {
  const seen = new Map<DocumentId, { atMs: number; read: Promise<SaleRead> }>()

  async function now(id: DocumentId): Promise<SaleRead> {
    try {
      const document = await moysklad.retailDemand(id)
      return document ? { kind: 'found', document } : { kind: 'gone' }
    } catch (error) {
      log.warn({ event: 'moysklad_unreachable', error: errorFacts(error).error })
      return { kind: 'unknown' }
    }
  }
  return {
    now,
    recent(id) {
      const known = seen.get(id)
      if (known && clock() - known.atMs < freshMs) return known.read
      if (seen.size >= rememberedMax) seen.clear()
      const read = now(id)
      seen.set(id, { atMs: clock(), read })
      return read
    },
  }
}
