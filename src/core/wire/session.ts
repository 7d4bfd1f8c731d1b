import * as v from 'valibot'
import { AccountId, EmployeeId, Moment, StoreId } from '../ids.ts'
import { Programme } from '../card/programme.ts'
import { SessionName, Stamp } from '../receipt/author.ts'
import { wireVersion } from '../receipt/version.ts'
import { Int } from '../shape.ts'

/** Who is at the screen (A1). */

export const Role = v.picklist(['cashier', 'manager'])

const Secret = v.pipe(v.string(), v.minLength(1), v.maxLength(200))

/**
 * What MoySklad vouches by: the key that it put into the frame's address, which lives five minutes, or the one-time token
 * that its page gives to a frame that asks, which lives one. A page that has a session sends that along: the new one
 * follows it.
 */
export const SessionRequest = v.union([
  v.strictObject({ wire: v.literal(wireVersion), contextKey: Secret }),
  v.strictObject({ wire: v.literal(wireVersion), userToken: Secret }),
])

export const SessionAnswer = v.strictObject({
  accountId: AccountId,
  token: v.string(),
  /** Names the session in records (J14): SHA-256 of the token, hex. */
  session: SessionName,
  expiresAtMs: Moment,
  /** After so long MoySklad is to be asked again who this is and what they may do. */
  renewAfterMs: Int,
  /** It speaks for the till of the session that it follows. One that does not has to be told its till. */
  isBound: v.boolean(),
  /** A receipt's author carries it. */
  stamp: v.nullable(Stamp),
  employee: v.strictObject({ id: EmployeeId, name: v.string(), role: Role }),
  stores: v.array(v.strictObject({ id: StoreId, name: v.string() })),
  programme: v.nullable(Programme),
})
export type SessionAnswer = v.InferOutput<typeof SessionAnswer>
