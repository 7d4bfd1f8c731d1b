import * as z from 'zod/mini'

/**
 * Ids. Ours are UUIDs made by whoever creates the thing. MoySklad's are shaped like UUIDs but do not keep the
 * variant bits (`…-0a80-…`, as in its JSON API samples), therefore `guid`, which checks the shape alone.
 */
export const AccountId = z.guid().brand<'AccountId'>()
export type AccountId = z.infer<typeof AccountId>
export const EmployeeId = z.guid().brand<'EmployeeId'>()
export type EmployeeId = z.infer<typeof EmployeeId>
export const StoreId = z.guid().brand<'StoreId'>()
export type StoreId = z.infer<typeof StoreId>
export const ProductId = z.guid().brand<'ProductId'>()
export type ProductId = z.infer<typeof ProductId>
/** A retail sale or return in MoySklad. */
export const DocumentId = z.guid().brand<'DocumentId'>()
export type DocumentId = z.infer<typeof DocumentId>

export const CardId = z.uuid().brand<'CardId'>()
export type CardId = z.infer<typeof CardId>
export const ProgrammeId = z.uuid().brand<'ProgrammeId'>()
export type ProgrammeId = z.infer<typeof ProgrammeId>
export const ReceiptId = z.uuid().brand<'ReceiptId'>()
export type ReceiptId = z.infer<typeof ReceiptId>
export const TillId = z.uuid().brand<'TillId'>()
export type TillId = z.infer<typeof TillId>
export const HoldId = z.uuid().brand<'HoldId'>()
export type HoldId = z.infer<typeof HoldId>
export const GrantId = z.uuid().brand<'GrantId'>()
export type GrantId = z.infer<typeof GrantId>
export const DraftId = z.uuid().brand<'DraftId'>()
export type DraftId = z.infer<typeof DraftId>

/** What a person wrote, in the table of what can be erased. */
export const NoteId = z.uuid().brand<'NoteId'>()
export type NoteId = z.infer<typeof NoteId>

/** A moment: milliseconds since 1970-01-01 UTC. */
export const Moment = z.int().check(z.minimum(0))
