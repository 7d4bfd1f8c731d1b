import type { CardStatus } from '../../../core/card/card.ts'
import type { Entry } from '../../../core/posting/types.ts'
import { sha256 } from '../../keys/secrets.ts'

/** What the first operation of a card follows. */
export const genesis = ''

/** One operation on one card, as it goes into the hash chain. */
export interface Link {
  accountId: string
  cardId: string
  /** Its place in the card's chain, from 1. */
  chainN: number
  receiptId: string
  /** SHA-256 of the receipt's text: a changed receipt breaks the chain as well. */
  receiptDigest: string
  n: number
  kind: string
  targetReceiptId: string | null
  statusBefore: CardStatus | null
  statusAfter: CardStatus
  paidAfter: number
  grantedAfter: number
  expiresAfter: string | null
  loss: number
  postedAtMs: number
  entries: readonly Pick<Entry, 'account' | 'amountKopecks'>[]
}

/** The hash of an operation, which covers the hash before it and so the card's whole past (L7). */
export function linkHash(previous: string, link: Link): string {
  return sha256(
    JSON.stringify([
      'chain-1',
      previous,
      link.accountId,
      link.cardId,
      link.chainN,
      link.receiptId,
      link.receiptDigest,
      link.n,
      link.kind,
      link.targetReceiptId,
      link.statusBefore,
      link.statusAfter,
      link.paidAfter,
      link.grantedAfter,
      link.expiresAfter,
      link.loss,
      link.postedAtMs,
      link.entries.map((entry) => [entry.account, entry.amountKopecks]),
    ]),
  )
}
