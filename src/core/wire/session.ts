import * as z from 'zod/mini'
import { AccountId, EmployeeId, Moment, StoreId } from '../ids.ts'
import { Programme } from '../card/programme.ts'
import { wireVersion } from '../receipt/version.ts'

/** Who is at the screen (A1). */

export const Role = z.enum(['cashier', 'manager'])

export const SessionRequest = z.strictObject({
  wire: z.literal(wireVersion),
  /** The key that MoySklad put into the frame's address; lives five minutes. */
  contextKey: /* @__PURE__ */ z.string().check(z.minLength(1), z.maxLength(200)),
})

export const SessionAnswer = z.strictObject({
  accountId: AccountId,
  token: z.string(),
  /** Names the session in records (J14): SHA-256 of the token, hex. */
  session: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  expiresAtMs: Moment,
  employee: z.strictObject({ id: EmployeeId, name: z.string(), role: Role }),
  stores: z.array(z.strictObject({ id: StoreId, name: z.string() })),
  programme: z.nullable(Programme),
})
export type SessionAnswer = z.infer<typeof SessionAnswer>
