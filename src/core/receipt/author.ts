import * as z from 'zod/mini'
import { EmployeeId, NoteId, StoreId } from '../ids.ts'

/** Who is behind a receipt, where it was made and why (J14). */

/** SHA-256 of a session's token, hex. */
const Session = z.string().check(z.regex(/^[0-9a-f]{64}$/))

export const Author = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('employee'),
    employeeId: EmployeeId,
    /** The session in which they did it; null for the server's own receipts. */
    session: z.nullable(Session),
    /** The server's mark over the till, its epoch, this employee and the hours of the session (T8). */
    stamp: z.nullable(z.string().check(z.maxLength(400))),
  }),
  /** MoySklad's own register, which asks by the Loyalty API; its word for the cashier is no employee's id. */
  z.strictObject({
    kind: z.literal('register'),
    storeId: StoreId,
    cashierId: z.nullable(z.string().check(z.minLength(1), z.maxLength(100))),
  }),
  /** The server by itself, in a job of this name. */
  z.strictObject({ kind: z.literal('system'), job: z.string().check(z.regex(/^[a-z_]{1,40}$/)) }),
  z.strictObject({ kind: z.literal('buyer') }),
])
export type Author = z.infer<typeof Author>

/** The way in. `checkout` is the frame in MoySklad's checkout, `till` our own page of a till. */
export const Door = z.enum(['checkout', 'till', 'manager', 'register', 'import'])
export type Door = z.infer<typeof Door>

/** Somebody else who agreed before it was done. */
export const Approval = z.discriminatedUnion('kind', [
  /** A second person, at their own screen (T14). */
  z.strictObject({ kind: z.literal('employee'), employeeId: EmployeeId, session: Session }),
  /** A manager who read out a code that the server had made for this till, card and sum (O10). */
  z.strictObject({ kind: z.literal('voice_code'), code: z.string().check(z.regex(/^\d{4,12}$/)) }),
])

/** Why, by a code; what a person wrote besides stands outside the ledger, where it can be erased (L2). */
export const Reason = z.strictObject({
  code: z.string().check(z.regex(/^[a-z_]{1,40}$/)),
  noteId: z.nullable(NoteId),
})

/** The employee who did it, where one did. */
export const employeeOf = (receipt: { author: Author } | null): EmployeeId | null =>
  receipt?.author.kind === 'employee' ? receipt.author.employeeId : null

/** The session in which an employee did it. */
export const sessionOf = (receipt: { author: Author } | null): string | null =>
  receipt?.author.kind === 'employee' ? receipt.author.session : null
