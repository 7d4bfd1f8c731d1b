import { createHmac, hash } from 'node:crypto'
import type { AccountId } from '../../core/ids.ts'

export function sha256(text: string): string {
  return hash('sha256', text)
}

/**
 * The only trace of a card number that the ledger keeps (L9). Keyed, since numbers are short enough to be tried one by
 * one; bound to the account, so that equal numbers of two shops have nothing in common.
 *
 * @param key 32 bytes
 * @returns hex
 */
export function hashNumber(key: Buffer, accountId: AccountId, number: string): string {
  return createHmac('sha256', key).update(`${accountId}:${number}`).digest('hex')
}
