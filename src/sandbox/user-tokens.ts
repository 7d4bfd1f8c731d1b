import { randomBytes } from 'node:crypto'

/** Lifetime of a token by MoySklad's vendor documentation. */
const TOKEN_LIFE_MS = 60_000

type Issued = { readonly employeeId: string; readonly appUid: string; readonly expiresAtMs: number }

export type UserTokens = ReturnType<typeof createUserTokens>

/** The tokens of `UserContextResponse`: each is good for one exchange, by the application that it was given to. */
export function createUserTokens(now: () => number) {
  const tokens = new Map<string, Issued>()
  return {
    issue(employeeId: string, appUid: string): string {
      for (const [token, issued] of tokens) if (issued.expiresAtMs <= now()) tokens.delete(token)
      const token = randomBytes(20).toString('hex')
      tokens.set(token, { employeeId, appUid, expiresAtMs: now() + TOKEN_LIFE_MS })
      return token
    },
    /** @returns the employee's id; null for a token that is not known, was used, is too old, or is another application's */
    exchange(token: string, appUid: string): string | null {
      const issued = tokens.get(token)
      if (issued === undefined || issued.expiresAtMs <= now() || issued.appUid !== appUid) return null
      tokens.delete(token)
      return issued.employeeId
    },
  }
}
