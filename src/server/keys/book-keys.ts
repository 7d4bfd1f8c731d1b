import { createHmac, hkdfSync } from 'node:crypto'
import { bookTagBytes } from '../../core/card/book.ts'
import type { AccountId } from '../../core/ids.ts'

/**
 * The key by which tills of an account find cards in their book (O7). A till that knows it could try all short numbers one
 * by one; therefore it is another one than the key of the ledger's hashes, and tills keep it in memory alone.
 *
 * @param secret the server's own key
 */
export function bookKeyOf(secret: Buffer, accountId: AccountId): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `podarok-book-1:${accountId}`, 32))
}

/** How a card is called in the book: hex. */
export function bookTag(bookKey: Buffer, number: string): string {
  return createHmac('sha256', bookKey)
    .update(number)
    .digest('hex')
    .slice(0, 2 * bookTagBytes)
}
