import { type AccountId, ReceiptId } from '../../core/ids.ts'
import { Receipt } from '../../core/receipt/receipt.ts'
import { wireVersion } from '../../core/receipt/version.ts'
import { parseShape } from '../../core/shape.ts'
import { sha256 } from '../keys/secrets.ts'
import type { Arrival } from './arrival.ts'

/** Receipts that the server makes itself: no till has written them. */

type Said = 'id' | 'author' | 'door' | 'happenedAtMs' | 'operations'

/** What is not said is so for most of them: an ask for no sale. None is a till's, and none stands on a grant. */
export function ownReceipt(
  said: Pick<Receipt, Said>,
  rest: Partial<Omit<Receipt, Said | 'version' | 'place' | 'grantId'>> = {},
): Receipt {
  return {
    version: wireVersion,
    id: said.id,
    mode: 'ask',
    grantId: null,
    standsFor: null,
    place: null,
    author: said.author,
    door: said.door,
    approvals: [],
    reason: null,
    storeId: null,
    happenedAtMs: said.happenedAtMs,
    sale: null,
    operations: said.operations,
    ...rest,
  }
}

/** An id that follows from what the receipt is about: whatever is asked twice is posted once. */
export function receiptIdFrom(cause: string): ReceiptId {
  const hex = sha256(cause)
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(12, 15)}`,
    `a${hex.slice(15, 18)}`,
    hex.slice(18, 30),
  ]
  return parseShape(ReceiptId, parts.join('-'))
}

/**
 * A receipt of the server's own as it comes to the ledger.
 *
 * @throws for one that nobody could read again: its type does not say all that its shape asks for, and what is stored stays
 */
export function ownArrival(
  accountId: AccountId,
  receipt: Receipt,
  rest: Partial<Pick<Arrival, 'actsFor' | 'fact'>> = {},
): Arrival {
  parseShape(Receipt, receipt)
  const text = JSON.stringify(receipt)
  const content = { kind: 'receipt' as const, receipt }
  const fixed = { accountId, id: receipt.id, text, digest: sha256(text), place: null, content }
  return { ...fixed, fact: null, ...rest }
}
