import { errors, jwtVerify } from 'jose'
import * as v from 'valibot'
import { Int, tryShape } from '../core/shape.ts'

/** Life of a token by MoySklad's vendor documentation: iat + 300 s, or `exp` if that is earlier. */
const LIFE_S = 300
/** The documentation names no tolerance for clocks; a small one is assumed, as every such service has one. */
const CLOCK_SKEW_S = 30

const Claims = v.object({
  iat: Int,
  jti: v.pipe(v.string(), v.minLength(1)),
  exp: v.optional(Int),
})

export type Checked = { readonly ok: true } | { readonly ok: false; readonly reason: string }

export type AppTokens = ReturnType<typeof createAppTokens>

/** Checks what an application signs for the Vendor API. A `jti` works once, hence the memory. */
export function createAppTokens(options: { appUid: string; secret: string; now: () => number }) {
  const { appUid, secret, now } = options
  const key = new TextEncoder().encode(secret)
  const usedUntilMs = new Map<string, number>()

  return async function check(token: string): Promise<Checked> {
    let payload: unknown
    try {
      const verified = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        subject: appUid,
        requiredClaims: ['iat', 'jti'],
        clockTolerance: CLOCK_SKEW_S,
        currentDate: new Date(now()),
      })
      payload = verified.payload
    } catch (error) {
      if (error instanceof errors.JOSEError) return { ok: false, reason: error.message }
      throw error
    }
    const claims = tryShape(Claims, payload)
    if (!claims.success) return { ok: false, reason: 'iat and jti are required' }
    const { iat, jti } = claims.data
    const atS = now() / 1000
    if (iat > atS + CLOCK_SKEW_S) return { ok: false, reason: 'iat is in the future' }
    if (atS >= iat + LIFE_S + CLOCK_SKEW_S) return { ok: false, reason: 'the token has expired' }
    for (const [used, untilMs] of usedUntilMs) if (untilMs <= now()) usedUntilMs.delete(used)
    if (usedUntilMs.has(jti)) return { ok: false, reason: 'this jti was used before' }
    usedUntilMs.set(jti, (iat + LIFE_S + CLOCK_SKEW_S) * 1000 + 1)
    return { ok: true }
  }
}
