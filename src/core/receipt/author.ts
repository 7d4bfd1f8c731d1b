import * as v from 'valibot'
import { EmployeeId, NoteId, StoreId } from '../ids.ts'
import { Text } from '../shape.ts'

/** Who is behind a receipt, where it was made and why (J14). */

/** Names a session: SHA-256 of its token, hex. */
export const SessionName = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

/** The server's mark over the till, this employee and the hours of the session (T8, to come). */
export const Stamp = v.pipe(v.string(), v.maxLength(400))

export const Author = v.variant('kind', [
  v.strictObject({
    kind: v.literal('employee'),
    employeeId: EmployeeId,
    /** The session in which they did it; null for the server's own receipts. */
    session: v.nullable(SessionName),
    stamp: v.nullable(Stamp),
  }),
  /** MoySklad's own register, which asks by the Loyalty API; its word for the cashier is no employee's id. */
  v.strictObject({
    kind: v.literal('register'),
    storeId: StoreId,
    cashierId: v.nullable(v.pipe(Text, v.minLength(1), v.maxLength(100))),
  }),
  /** The server by itself, in a job of this name. */
  v.strictObject({ kind: v.literal('system'), job: v.pipe(v.string(), v.regex(/^[a-z_]{1,40}$/)) }),
  v.strictObject({ kind: v.literal('buyer') }),
])
export type Author = v.InferOutput<typeof Author>

/** The way in. `checkout` is the frame in MoySklad's checkout, `till` our own page of a till. */
export const Door = v.picklist(['checkout', 'till', 'manager', 'register', 'import'])
export type Door = v.InferOutput<typeof Door>

/** Somebody else who agreed before it was done. */
export const Approval = v.variant('kind', [
  /** A second person, at their own screen (T14). */
  v.strictObject({ kind: v.literal('employee'), employeeId: EmployeeId, session: SessionName }),
  /** A manager who read out a code that the server had made for this till, card and sum (O10). */
  v.strictObject({ kind: v.literal('voice_code'), code: v.pipe(v.string(), v.regex(/^\d{4,12}$/)) }),
])

/** Why, by a code; what a person wrote besides stands outside the ledger, where it can be erased (L2). */
export const Reason = v.strictObject({
  code: v.pipe(v.string(), v.regex(/^[a-z_]{1,40}$/)),
  noteId: v.nullable(NoteId),
})

/** By what an author is known among those of their kind; null where nothing names them. */
export function authorIdOf(author: Author): string | null {
  switch (author.kind) {
    case 'employee':
      return author.employeeId
    case 'register':
      return author.cashierId
    case 'system':
      return author.job
    case 'buyer':
      return null
  }
}

/** The employee who did it, where one did. */
export const employeeOf = (receipt: { author: Author } | null): EmployeeId | null =>
  receipt?.author.kind === 'employee' ? receipt.author.employeeId : null

/** The session in which an employee did it. */
export const sessionOf = (receipt: { author: Author } | null): string | null =>
  receipt?.author.kind === 'employee' ? receipt.author.session : null
