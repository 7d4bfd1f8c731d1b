import * as v from 'valibot'
import { AccountId, EmployeeId, Moment, StoreId } from '../ids.ts'
import { Programme } from '../card/programme.ts'
import { wireVersion } from '../receipt/version.ts'

/** Who is at the screen (A1). */

export const Role = v.picklist(['cashier', 'manager'])

export const SessionRequest = v.strictObject({
  wire: v.literal(wireVersion),
  /** The key that MoySklad put into the frame's address; lives five minutes. */
  contextKey: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
})

export const SessionAnswer = v.strictObject({
  accountId: AccountId,
  token: v.string(),
  /** Names the session in records (J14): SHA-256 of the token, hex. */
  session: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  expiresAtMs: Moment,
  /** The server's mark over who works at which till until when; a receipt's author carries it (T8, to come). */
  stamp: v.nullable(v.string()),
  employee: v.strictObject({ id: EmployeeId, name: v.string(), role: Role }),
  stores: v.array(v.strictObject({ id: StoreId, name: v.string() })),
  programme: v.nullable(Programme),
})
export type SessionAnswer = v.InferOutput<typeof SessionAnswer>
