import * as v from 'valibot'
import { AccountId, EmployeeId, Moment, StoreId } from '../ids.ts'
import { Programme } from '../card/programme.ts'
import { SessionName, Stamp } from '../receipt/author.ts'
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
  session: SessionName,
  expiresAtMs: Moment,
  /** A receipt's author carries it. */
  stamp: v.nullable(Stamp),
  employee: v.strictObject({ id: EmployeeId, name: v.string(), role: Role }),
  stores: v.array(v.strictObject({ id: StoreId, name: v.string() })),
  programme: v.nullable(Programme),
})
export type SessionAnswer = v.InferOutput<typeof SessionAnswer>
