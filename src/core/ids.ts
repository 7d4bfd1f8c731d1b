import * as v from 'valibot'
import { Int } from './shape.ts'

/**
 * An id has one spelling, that of `crypto.randomUUID` and of MoySklad: lower case. Spelt in two ways a sale would be one
 * document there and two here, and its certificates could be loaded twice.
 */
export const uuidForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
export const Uuid = v.pipe(v.string(), v.regex(uuidForm))

/** An id of ours: the version and the variant bits of RFC 9562 are right. */
export const ownUuidForm = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
const Own = v.pipe(v.string(), v.regex(ownUuidForm))

/**
 * Ids. Ours are UUIDs made by whoever creates the thing. MoySklad's are shaped like UUIDs but do not keep the
 * variant bits (`…-0a80-…`, as in its JSON API samples), so of those the shape alone is checked.
 */
export const AccountId = v.pipe(Uuid, v.brand('AccountId'))
export type AccountId = v.InferOutput<typeof AccountId>
export const EmployeeId = v.pipe(Uuid, v.brand('EmployeeId'))
export type EmployeeId = v.InferOutput<typeof EmployeeId>
export const StoreId = v.pipe(Uuid, v.brand('StoreId'))
export type StoreId = v.InferOutput<typeof StoreId>
export const ProductId = v.pipe(Uuid, v.brand('ProductId'))
export type ProductId = v.InferOutput<typeof ProductId>
/** A retail sale or return in MoySklad. */
export const DocumentId = v.pipe(Uuid, v.brand('DocumentId'))
export type DocumentId = v.InferOutput<typeof DocumentId>

export const CardId = v.pipe(Own, v.brand('CardId'))
export type CardId = v.InferOutput<typeof CardId>
export const ProgrammeId = v.pipe(Own, v.brand('ProgrammeId'))
export type ProgrammeId = v.InferOutput<typeof ProgrammeId>
export const ReceiptId = v.pipe(Own, v.brand('ReceiptId'))
export type ReceiptId = v.InferOutput<typeof ReceiptId>
/** 32 bytes, base64url: a hash, a mark of the server, a key. */
export const Bytes32 = v.pipe(v.string(), v.regex(/^[\w-]{43}$/))

/** A journal is known by its key: SHA-256 of the public key, base64url. Nobody can take another's id, nor need two be told apart. */
export const JournalId = v.pipe(Bytes32, v.brand('JournalId'))
export type JournalId = v.InferOutput<typeof JournalId>
/** A till is a chain of journals, by the id of the first. */
export const TillId = v.pipe(Bytes32, v.brand('TillId'))
export type TillId = v.InferOutput<typeof TillId>
export const HoldId = v.pipe(Own, v.brand('HoldId'))
export type HoldId = v.InferOutput<typeof HoldId>
export const GrantId = v.pipe(Own, v.brand('GrantId'))
export type GrantId = v.InferOutput<typeof GrantId>
export const DraftId = v.pipe(Own, v.brand('DraftId'))
export type DraftId = v.InferOutput<typeof DraftId>

/** What a person wrote, in the table of what can be erased. */
export const NoteId = v.pipe(Own, v.brand('NoteId'))
export type NoteId = v.InferOutput<typeof NoteId>

/** A moment: milliseconds since 1970-01-01 UTC, before the year 9999. Later ones have no date that others can read. */
export const Moment = v.pipe(Int, v.minValue(0), v.maxValue(Date.UTC(9999, 0, 1) - 1))

const lastSegment = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:[/?#]|$)/i

/** The id at the end of a JSON API address. */
export function idOfHref(href: unknown): string | null {
  return typeof href === 'string' ? (lastSegment.exec(href)?.[1]?.toLowerCase() ?? null) : null
}
