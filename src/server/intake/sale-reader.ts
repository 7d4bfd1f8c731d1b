import type { SaleDocument } from '../../core/draft/draft.ts'
import type { AccountId, DocumentId } from '../../core/ids.ts'
import type { Deps } from '../deps.ts'
import { errorFacts } from '../log.ts'

export type SaleRead =
  /** `readAtMs` is by the server's clock, after MoySklad's answer. */
  | { kind: 'found'; document: SaleDocument; readAtMs: number }
  /** MoySklad does not have it. */
  | { kind: 'gone' }
  /** MoySklad could not be asked. */
  | { kind: 'unknown' }

export interface SaleReader {
  /** Never throws; an answer of the last second is good enough. */
  recent(accountId: AccountId, id: DocumentId): Promise<SaleRead>
  /** Asks now: for decisions that hang on a sale having just changed. */
  now(accountId: AccountId, id: DocumentId): Promise<SaleRead>
}

const freshMs = 1_000
const rememberedMax = 200

export function createSaleReader({
  moysklad,
  clock,
  log,
}: Pick<Deps, 'moysklad' | 'clock' | 'log'>): SaleReader {
  const seen = new Map<string, { atMs: number; read: Promise<SaleRead> }>()

  async function now(accountId: AccountId, id: DocumentId): Promise<SaleRead> {
    try {
      const document = await moysklad.of(accountId).retailDemand(id)
      return document ? { kind: 'found', document, readAtMs: clock() } : { kind: 'gone' }
    } catch (error) {
      log.warn({ event: 'moysklad_unreachable', error: errorFacts(error).error })
      return { kind: 'unknown' }
    }
  }
  return {
    now,
    recent(accountId, id) {
      // The same id asked for by another account is another question.
      const key = `${accountId} ${id}`
      const known = seen.get(key)
      if (known && clock() - known.atMs < freshMs) return known.read
      if (seen.size >= rememberedMax) seen.clear()
      const read = now(accountId, id)
      seen.set(key, { atMs: clock(), read })
      return read
    },
  }
}
