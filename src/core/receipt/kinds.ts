import * as v from 'valibot'

/** The closed lists that rows of the ledger are written in; each stands here alone. */

/** Every kind of operation. Not all of them can be posted yet: whoever asks for one of the others is answered `not_allowed`. */
export const OperationKind = v.picklist([
  'issue',
  'open',
  'load',
  'redeem',
  'refund',
  'void',
  'cashout',
  'transfer',
  'adjust',
  'annul',
  'expire',
  'extend',
  'block',
  'unblock',
  /** An earlier receipt is told its sale (M11). */
  'link',
  /** A manager lets a frozen load be spent (T2). */
  'thaw',
  /** What was bought back is paid out, at once or in parts (C9). */
  'payout',
  /** A card comes from another authority with the balance that it had there. */
  'moved_in',
])
export type OperationKind = v.InferOutput<typeof OperationKind>

/** Accounts of the ledger (L1). `card_paid` and `card_granted` exist per card; the others are the account’s. */
export const EntryAccount = v.picklist([
  'card_paid',
  'card_granted',
  'sold',
  'granted',
  'redeemed',
  'cashout',
  'expired',
  'annulled',
  'adjusted',
  'opening',
  'loss',
  /** Loaded, but not to be spent before the sale is read (T2). */
  'frozen',
  /** Owed to people whose certificates came back (C9). */
  'payable',
  /** Between the organisations of an account: one sold the card, another one took it. */
  'settlement',
  /** Cards that people learn with; none of it is money. */
  'training',
])
export type EntryAccount = v.InferOutput<typeof EntryAccount>
